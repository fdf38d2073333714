/** Rows about the way of a file: parts, resuming, completing. */
import assert from 'node:assert/strict';
import type { Created, PartReceipt, ResumeAnswer } from '../../../worker/protocol.ts';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { MIB, tokenOf, type Client } from '../../worker/harness.ts';
import { attributesWith, download, random, uploadParts } from '../../worker/s3/uploads.ts';
import { no, yes, type Row } from '../row.ts';
import { compare } from '../scene.ts';
import { holds, tell } from './asking.ts';

/** Three parts. */
const BODY = random(11 * MIB);
/** Complete has `?uploadId=`, Create has `?uploads`. */
const COMPLETE = ['POST', 'uploadId='] as const;
const MORE_THAN_A_PAGE = 1003;
const CONNECTIONS = 8;

async function allSent(client: Client): Promise<{ upload: Created; parts: PartReceipt[] }> {
  const upload = await client.create({ bytes: BODY.length });
  return { upload, parts: await client.sendParts(upload, BODY) };
}

const inParts: Row = {
  id: 'parts',
  behaviour: 'A file in parts arrives exactly, with its type, its name and its metadata',
  async ask({ alice, running }) {
    const { upload, answer } = await alice.upload(BODY, {
      name: 'Füße 1+1.txt',
      type: 'text/plain',
      metadata: { album: 'Füße 😀' },
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(await download(running, upload.key), BODY);
    const object = await running.store.head(upload.key);
    assert.equal(object?.type, 'text/plain');
    assert.equal(object.metadata['album'], 'Füße 😀');
    return yes();
  },
};

const listParts: Row = {
  id: 'list-parts',
  behaviour: `ListParts lists ${MORE_THAN_A_PAGE.toLocaleString('en')} parts, which take two pages`,
  async ask({ running, profile, storeWith }) {
    const key = running.key();
    const store = storeWith({ listParts: true });
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 900 });
    const numbers = Array.from({ length: MORE_THAN_A_PAGE }, (_, index) => index + 1);
    const waiting = numbers.values();
    const sendOneByOne = async (): Promise<void> => {
      for (const number of waiting) {
        const sent = await tell(await signer.sign(number, 1), random(1));
        assert.ok(sent.ok, `part ${number}: ${sent.text}`);
      }
    };
    let listed: number[] | undefined;
    try {
      // Where it does not work for one part, a thousand tell no more.
      await tell(await signer.sign(1, 1), random(1));
      await store.listParts(key, uploadId);
      await Promise.all(Array.from({ length: CONNECTIONS }, sendOneByOne));
      listed = (await store.listParts(key, uploadId)).map(({ number }) => number);
    } catch (error) {
      if (!isStoreError(error)) throw error;
    }
    await running.store.abortMultipart(key, uploadId);
    const note = compare(profile, 'listParts', profile.listParts, listed !== undefined);
    if (listed === undefined) return no('the Worker keeps receipts of the parts');
    assert.deepEqual(listed, numbers);
    return yes(note);
  },
};

const resume: Row = {
  id: 'resume',
  behaviour: 'An interrupted upload sends only the parts that the store does not list',
  async ask({ alice, running, profile }) {
    const upload = await alice.create({ bytes: BODY.length });
    const receipts = await alice.sendParts(upload, BODY, [1, 3]);
    if (!profile.listParts) await alice.sign(upload, BODY, [2], { stored: receipts });
    const { body: resumed } = await alice.post<ResumeAnswer>(`/uploads/${upload.id}/resume`);
    assert.deepEqual(
      resumed.parts.map(({ number, bytes }) => [number, bytes]),
      [
        [1, 5 * MIB],
        [3, MIB],
      ],
    );
    const rest = await alice.sendParts({ ...upload, token: resumed.token }, BODY, [2]);
    const parts = profile.listParts ? {} : { parts: [...receipts, ...rest] };
    const { status, body } = await alice.complete(upload, parts);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(await download(running, upload.key), BODY);
    if (profile.listParts) return yes();
    return no('the Worker keeps receipts of the parts, and names those that it has none of');
  },
};

const completeTwice: Row = {
  id: 'complete-twice',
  behaviour: 'CompleteMultipartUpload can be repeated',
  async ask({ alice, running }) {
    const { upload, parts } = await allSent(alice);
    const first = await alice.complete(upload, { parts });
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.deepEqual((await alice.complete(upload, { parts })).body, first.body);

    const { store } = running;
    const key = running.key();
    const { uploadId, receipts, bytes } = await uploadParts(running, key, [random(5)]);
    const request = { parts: receipts, bytes, algorithm: null };
    await store.completeMultipart(key, uploadId, request);
    const code = await codeOf(() => store.completeMultipart(key, uploadId, request));
    if (code === undefined) return yes();
    return no(`\`${code}\`; the Worker finds its object by HEAD, and gives the same answer again`);
  },
};

const lostAnswer: Row = {
  id: 'lost-answer',
  behaviour: 'A Complete whose answer was lost counts as done, and is not done again',
  async ask({ alice, lab, running }) {
    const { upload, parts } = await allSent(alice);
    await lab.bend({ store: [{ on: COMPLETE, cut: 'after' }] });
    const { status, body } = await alice.complete(upload, { parts });
    await lab.bend({});
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(await download(running, body.key), BODY);
    return yes();
  },
};

const abort: Row = {
  id: 'abort',
  behaviour: 'After an abort no part is left, and a URL signed before stores none',
  async ask({ alice, running, profile, storeWith }) {
    const upload = await alice.create({ bytes: BODY.length });
    const { body: signed } = await alice.sign(upload, BODY, [1, 2]);
    await alice.sendParts(upload, BODY, [1]);
    const { status } = await alice.delete(`/uploads/${upload.id}`, tokenOf(upload));
    assert.equal(status, 204);
    const late = signed.requests.find(({ number }) => number === 2);
    assert.ok(late);
    const sent = await tell(late, BODY.subarray(5 * MIB, 10 * MIB));
    const { body: after } = await alice.get<{ state: string }>(`/uploads/${upload.id}`);
    assert.equal(after.state, 'aborted');
    assert.equal(await running.store.head(upload.key), undefined);
    if (profile.listUploads !== null) {
      const open = await storeWith({}).listUploads(upload.key);
      assert.deepEqual(open, [], 'the store lists no upload');
    }
    return sent.ok ? no() : yes();
  },
};

const abortAgainstComplete: Row = {
  id: 'abort-against-complete',
  behaviour: 'Abort and Complete at the same time leave the whole object or nothing',
  isRace: true,
  async ask({ alice, running }) {
    let isBroken = false;
    for (let round = 0; round < 3; round += 1) {
      const { upload, parts } = await allSent(alice);
      const path = `/uploads/${upload.id}`;
      const [aborted, completed] = await Promise.all([
        alice.delete(path, tokenOf(upload)),
        alice.complete(upload, { parts }),
      ]);
      const object = await running.store.head(upload.key);
      const said = `abort ${aborted.status}, complete ${completed.status}`;
      assert.equal(completed.status === 200, object !== undefined, said);
      if (object === undefined) {
        const { body } = await alice.get<{ state: string }>(path);
        assert.equal(body.state, 'aborted', said);
      } else if (!(await holds(running, upload.key, BODY))) isBroken = true;
    }
    return isBroken ? no() : yes();
  },
};

const listUploads: Row = {
  id: 'list-uploads',
  behaviour: 'ListMultipartUploads lists the uploads below a prefix',
  async ask({ running, profile, storeWith }) {
    const key = running.key();
    const { uploadId } = await running.store.createMultipart(key, attributesWith());
    const store = storeWith({ listUploads: 'prefix' });
    const isListed = async (prefix: string): Promise<boolean> => {
      try {
        return (await store.listUploads(prefix)).some((open) => open.uploadId === uploadId);
      } catch (error) {
        if (isStoreError(error)) return false;
        throw error;
      }
    };
    const byPrefix = await isListed(key.slice(0, key.lastIndexOf('/') + 1));
    const byKey = await isListed(key);
    await running.store.abortMultipart(key, uploadId);
    compare(profile, 'listUploads', profile.listUploads !== null, byKey);
    const note = compare(profile, 'listUploads', profile.listUploads === 'prefix', byPrefix);
    if (byPrefix) return yes(note);
    return no(
      byKey
        ? 'only by a whole key; the Worker asks for each key on its own'
        : 'a lifecycle rule has to remove uploads of which nothing is known any more',
    );
  },
};

/** The code of the error that the store answers; undefined if it answers none. */
async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isStoreError(error)) return error.code;
    throw error;
  }
}

export const TRANSFER: readonly Row[] = [
  inParts,
  listParts,
  resume,
  completeTwice,
  lostAnswer,
  abort,
  abortAgainstComplete,
  listUploads,
];
