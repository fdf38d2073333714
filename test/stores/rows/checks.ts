/** Rows about what a store refuses. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { createStore } from '../../../worker/s3/store.ts';
import { MIB } from '../../worker/harness.ts';
import { begin, finish, wrongOf } from '../../worker/whole.ts';
import { attributesWith, download, random, uploadParts } from '../../worker/s3/uploads.ts';
import { no, yes, type Row } from '../row.ts';
import { compare } from '../scene.ts';
import { holds, tell } from './asking.ts';

/** Two parts. */
const BYTES = 6 * MIB;
const EXPIRES_IN = 60;

const wrongBytes: Row = {
  id: 'wrong-bytes',
  behaviour: 'A part whose bytes are not those of its checksum is refused',
  async ask({ alice }) {
    const upload = await alice.create({ bytes: BYTES });
    const { body } = await alice.sign(upload, random(BYTES), [1]);
    const [request] = body.requests;
    assert.ok(request);
    const sent = await tell(request, random(5 * MIB));
    return sent.ok ? no() : yes(upload.checksum ?? undefined);
  },
};

const wrongLength: Row = {
  id: 'wrong-length',
  behaviour: 'A part that is longer than its URL was signed for is refused',
  async ask({ running }) {
    const { store } = running;
    const key = running.key();
    const { uploadId } = await store.createMultipart(key, attributesWith());
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const sent = await tell(await signer.sign(1, 5), random(6));
    await store.abortMultipart(key, uploadId);
    return sent.ok ? no() : yes();
  },
};

const expired: Row = {
  id: 'expired',
  behaviour: 'A URL that has expired stores nothing',
  async ask({ running }) {
    const past = createStore({ ...running.config, now: () => Date.now() - 10 * 60_000 });
    const key = running.key();
    const { uploadId } = await running.store.createMultipart(key, attributesWith());
    const signer = await past.presignParts({
      key,
      uploadId,
      algorithm: null,
      expiresIn: EXPIRES_IN,
    });
    const sent = await tell(await signer.sign(1, 5), random(5));
    await running.store.abortMultipart(key, uploadId);
    return sent.ok ? no() : yes();
  },
};

const wrongWhole: Row = {
  id: 'wrong-whole',
  behaviour: 'A wrong checksum of the whole file is refused at Complete',
  async ask({ alice, running, profile }) {
    const begun = await begin(alice, random(BYTES));
    const { checksum } = begun.upload;
    const isCompared = checksum !== null && profile.fullObjectChecksums.includes(checksum);
    const { answer } = await finish(alice, begun, wrongOf(isCompared ? checksum : 'sha256'));
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    assert.equal(answer.problem.code, 'checksum_mismatch');
    assert.equal(await running.store.head(begun.upload.key), undefined);
    if (isCompared) return yes(checksum);
    return no('the Worker reads the object back (up to `VERIFY_MAX_BYTES`) and removes it');
  },
};

const conditionalComplete: Row = {
  id: 'conditional-complete',
  behaviour: 'A Complete with `If-None-Match: *` does not replace an object',
  async ask({ running, profile, storeWith, workerWith }) {
    const lab = await workerWith({ KEY_TEMPLATE: '{owner}/{name}' });
    const client = await lab.as('alice');
    const name = `${randomUUID()}.bin`;
    const early = await client.create({ bytes: BYTES, name });
    const other = random(BYTES);
    const parts = await client.sendParts(early, other);
    const body = random(BYTES);
    const { upload } = await client.upload(body, { name });
    // Garage forgets all earlier uploads to a key when an object is stored there.
    const { body: signed } = await client.sign(early, other, [1]);
    const [part] = signed.requests;
    assert.ok(part);
    const isForgotten = (await tell(part, other.subarray(0, 5 * MIB))).text === '404 NoSuchUpload';
    const { status, problem } = await client.complete(early, { parts });
    assert.equal(status, isForgotten ? 410 : 409, JSON.stringify(problem));
    assert.deepEqual(await download(running, upload.key), body);

    const store = storeWith({ conditionalComplete: true });
    const second = await uploadParts(running, upload.key, [random(5)]);
    const request = { parts: second.receipts, bytes: 5, algorithm: null, ifNoneMatch: true };
    let isKept = false;
    try {
      await store.completeMultipart(upload.key, second.uploadId, request);
    } catch (error) {
      if (!isStoreError(error, 'exists')) throw error;
      isKept = true;
    }
    await running.store.abortMultipart(upload.key, second.uploadId);
    const note = compare(profile, 'conditionalComplete', profile.conditionalComplete, isKept);
    if (isKept) return yes(note);
    const asks = 'the Worker asks by HEAD before it completes';
    return no(
      isForgotten
        ? `${asks}; the store forgets uploads to a key once an object is stored there`
        : asks,
    );
  },
};

const conditionalPut: Row = {
  id: 'conditional-put',
  behaviour: 'A PUT with `If-None-Match: *` does not replace an object',
  async ask({ running, profile, storeWith }) {
    const store = storeWith({ conditionalPut: true });
    const key = running.key();
    const attributes = attributesWith({ ifNoneMatch: true });
    const put = async (body: Uint8Array) => {
      const options = { expiresIn: EXPIRES_IN };
      return tell((await store.presignPut(key, body.length, attributes, options)).request, body);
    };
    const first = random(5);
    const stored = await put(first);
    const replaced = await put(random(5));
    const isKept = stored.ok && !replaced.ok;
    const note = compare(profile, 'conditionalPut', profile.conditionalPut, isKept);
    if (isKept) {
      assert.deepEqual(await download(running, key), first);
      return yes(note);
    }
    return no('the Worker asks by HEAD before it stores a relayed file');
  },
};

const partAfterComplete: Row = {
  id: 'part-after-complete',
  behaviour: 'The URL of a part changes nothing once the upload is complete',
  async ask({ running, profile, alice }) {
    const { store } = running;
    const key = running.key();
    const body = random(5);
    const { uploadId, receipts } = await uploadParts(running, key, [body]);
    const signer = await store.presignParts({ key, uploadId, algorithm: null, expiresIn: 60 });
    const late = await signer.sign(1, 5);
    const request = { parts: receipts, bytes: 5, algorithm: null };
    await store.completeMultipart(key, uploadId, request);
    const sent = await tell(late, random(5));
    const isKept = await holds(running, key, body);
    assert.ok(
      profile.takesPartsAfterComplete || !sent.ok,
      `the profile ${profile.name} says that the URL is not valid any more`,
    );
    if (profile.takesPartsAfterComplete) {
      const done = await alice.upload(random(BYTES));
      assert.equal(done.answer.status, 200);
      const { status } = await alice.sign(done.upload, random(BYTES), [1]);
      assert.equal(status, 409);
    }
    if (isKept) return yes();
    return no('the Worker signs no part of a complete upload; URLs signed before end by `URL_TTL`');
  },
};

const unsignedCopy: Row = {
  id: 'unsigned-copy',
  behaviour: 'An unsigned `x-amz-copy-source` does not turn a signed PUT into a copy',
  async ask({ running, profile, storeWith }) {
    const source = running.key('secret.bin');
    const { uploadId, receipts } = await uploadParts(running, source, [random(1000)]);
    const parts = { parts: receipts, bytes: 1000, algorithm: null };
    await running.store.completeMultipart(source, uploadId, parts);
    const copySource = `/${running.config.bucket}/${source}`;

    /** Whether a PUT of nothing stores something. */
    const copies = async (takesUnsignedCopies: boolean): Promise<boolean> => {
      const store = storeWith({ takesUnsignedCopies });
      const key = running.key();
      const { request } = await store.presignPut(key, 0, attributesWith(), { expiresIn: 60 });
      const sent = await tell(request, new Uint8Array(), { 'x-amz-copy-source': copySource });
      return sent.ok && ((await running.store.head(key))?.bytes ?? 0) > 0;
    };
    const isCopied = await copies(false);
    if (!isCopied) return yes();
    assert.ok(profile.takesUnsignedCopies, `the profile ${profile.name} says that it does not`);
    if (await copies(true)) return no();
    return no('the Worker signs conditions with each PUT that no copy meets');
  },
};

export const CHECKS: readonly Row[] = [
  wrongBytes,
  wrongLength,
  expired,
  wrongWhole,
  conditionalComplete,
  conditionalPut,
  partAfterComplete,
  unsignedCopy,
];
