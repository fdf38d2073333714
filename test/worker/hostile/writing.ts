/** Attempts to write over what is there, or to take it away. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { MIB } from '../harness.ts';
import { download, random, send } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import {
  bent,
  isRefused,
  pathOf,
  refused,
  refusedByStore,
  tokenOf,
  urlOf,
  type Scene,
} from './scene.ts';

/** Where all that is Mallory's lies. */
function prefixOf({ done }: Scene): string {
  return done.key.slice(0, done.key.indexOf(done.id));
}

export const writing = {
  async idOfAnother(scene) {
    const { hers } = scene;
    // By an account of its own for it: from then on the ids are this one's, too.
    const other = await scene.lab.as('mallory-too');
    for (const { id } of [hers.done, hers.open]) {
      for (const bytes of [2000, 6 * MIB]) {
        const slot = await other.tryCreate({ id, bytes, type: 'image/png', name: 'secret.png' });
        if (isRefused(slot)) continue;
        assert.ok(slot.key.includes('/mallory-too/'), slot.key);
        await other.delete(`/uploads/${id}`, tokenOf(slot));
      }
    }
    return 'a key of its own';
  },

  async nameThatClimbs(scene) {
    const { mallory, hers } = scene;
    const names = [
      `../../alice/${hers.done.id}/secret.png`,
      `..\\..\\alice\\${hers.done.id}\\secret.png`,
      `%2e%2e/%2e%2e/alice/secret.png`,
      `..%2f..%2falice%2fsecret.png`,
      `/${hers.done.key}`,
      `\0/../../${hers.done.key}`,
      '....//....//secret.png',
      '.\u200b./.\u200b./secret.png',
      'a/../../../b.png',
    ];
    for (const name of names) {
      const slot = await mallory.tryCreate({ bytes: 10, type: 'image/png', name });
      if (isRefused(slot)) continue;
      const { key, id } = slot;
      assert.ok(key.startsWith(`${prefixOf(scene)}${id}/`), `${name} -> ${key}`);
      assert.ok(!key.slice(prefixOf(scene).length + id.length + 1).includes('/'), key);
    }
    return 'a key under its own prefix';
  },

  async fieldsOfItsOwn({ mallory, hers }) {
    const fields = ['key', 'bucket', 'owner', 'endpoint', 'uploadId', 'mark', 'acl', 'prefix'];
    const answers: string[] = [];
    for (const field of fields) {
      const file = { id: randomUUID(), name: 'x.png', type: 'image/png', bytes: 10 };
      const slot = await mallory.tryCreate({ ...file, [field]: hers.done.key });
      assert.ok(isRefused(slot), field);
      answers.push(String(slot.problem.status));
    }
    return met(...answers);
  },

  async urlElsewhere(scene) {
    const { partUrl, putUrl, hers } = scene;
    const body = random(2000);
    const answers: string[] = [];
    for (const request of [partUrl, putUrl]) {
      const signed = urlOf(scene, request);
      const put = (url: string) =>
        fetch(url, { method: 'PUT', headers: request.headers, body: new Uint8Array(body) });
      for (const { key } of [hers.done, hers.open]) {
        answers.push(
          await refusedByStore(put(bent(signed, (to) => (to.pathname = pathOf(scene, key))))),
        );
        const { fields } = request;
        if (!fields) continue;
        const asIfHers = { ...request, fields: { ...fields, key } };
        answers.push(await refusedByStore(send(asIfHers, body), 'authority'));
      }
      const other = bent(signed, (to) => to.searchParams.set('uploadId', randomUUID()));
      answers.push(await refusedByStore(put(other)));
    }
    return met(...answers);
  },

  async finishedAgain({ putUrl, done, doneBody, running, mallory }) {
    const other = random(doneBody.length);
    const answers = [await refusedByStore(send(putUrl, other))];
    // And what a new signature is good for.
    const signed = await mallory.sign(done, other, [1]);
    const [request] = signed.body.requests ?? [];
    if (request) answers.push(await refusedByStore(send(request, other)));
    else answers.push(refused(signed, 'conflict'));
    assert.deepEqual(await download(running, done.key), doneBody);
    return met(...answers);
  },

  async tokenElsewhere({ mallory, hers, open, lab }) {
    const answers: string[] = [];
    for (const { id } of [hers.done, hers.open]) {
      const at = `/uploads/${id}`;
      const parts = [{ number: 1, etag: 'x', checksum: 'AAAAAAAAAAA=' }];
      const sign = { parts: [{ number: 1 }] };
      answers.push(
        refused(await mallory.post(`${at}/sign`, sign, tokenOf(open)), 403),
        refused(await mallory.post(`${at}/complete`, { parts }, tokenOf(open)), 403),
        refused(await mallory.call('PUT', `${at}/parts/1`, 'x', tokenOf(open)), 403),
        refused(await mallory.post(`${at}/sign`, sign), 401),
      );
      const { body } = await mallory.post<{ uploads: { problem?: { status: number } }[] }>(
        '/uploads/complete',
        { uploads: [{ id, token: open.token }] },
      );
      answers.push(String(body.uploads[0]?.problem?.status));
    }
    assert.ok(!answers.includes('undefined'));
    assert.equal((await lab.fetch('/health')).status, 200);
    return met(...answers);
  },

  async deleteAnother({ mallory, hers, open }) {
    const answers: string[] = [];
    for (const { id } of [hers.done, hers.open]) {
      answers.push(refused(await mallory.delete(`/uploads/${id}`), 404));
      answers.push(refused(await mallory.delete(`/uploads/${id}`, tokenOf(open)), 403));
    }
    return met(...answers);
  },

  async urlAsDelete(scene) {
    const { partUrl, putUrl, link, hers } = scene;
    // What DeleteObjects takes: without a body and its MD5 a store refuses before it judges.
    const body = `<Delete><Object><Key>${hers.done.key}</Key></Object></Delete>`;
    const many = {
      'content-type': 'application/xml',
      'content-md5': createHash('md5').update(body).digest('base64'),
    };
    const bucket = pathOf(scene, 'x').replace(/x$/, '');
    const answers: string[] = [];
    const signed = [partUrl, putUrl].map((request) => ({ ...request, url: urlOf(scene, request) }));
    for (const { url, headers } of [...signed, { url: link, headers: {} }]) {
      const targets = [
        url,
        bent(url, (to) => (to.pathname = pathOf(scene, hers.done.key))),
        bent(url, (to) => to.searchParams.delete('partNumber')),
      ];
      for (const target of targets) {
        const sent = fetch(target, { method: 'DELETE', headers });
        answers.push(await refusedByStore(sent, 'authority'));
      }
      for (const target of [url, bent(url, (to) => (to.pathname = bucket))]) {
        const sent = fetch(`${target}&delete`, {
          method: 'POST',
          headers: { ...headers, ...many },
          body,
        });
        answers.push(await refusedByStore(sent, 'authority'));
      }
    }
    return met(...answers);
  },

  async companionAbort({ mallory, hers, open }) {
    const { body: mine } = await mallory.post<{ uploadId: string }>('/companion/s3/multipart', {
      filename: 'x.png',
      type: 'image/png',
    });
    const answers: string[] = [];
    for (const { key } of [hers.done, hers.open]) {
      const query = new URLSearchParams({ key });
      for (const id of [mine.uploadId, open.token]) {
        const path = `/companion/s3/multipart/${id}?${query}`;
        answers.push(refused(await mallory.delete(path), 403, 404));
      }
    }
    return met(...answers);
  },
} satisfies Record<string, Attack>;
