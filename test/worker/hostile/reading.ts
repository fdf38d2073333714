/** Attempts to read what is another's. */
import assert from 'node:assert/strict';
import { partCount, type ListAnswer } from '../../../worker/protocol.ts';
import { ownerHash } from '../../../worker/ledger/record.ts';
import { MIB, sliceOf } from '../harness.ts';
import { send } from '../s3/uploads.ts';
import type { Attack } from './attack.ts';
import { met, readStoreAnswer, refused, refusedByStore } from './refusals.ts';
import { bent, fresh, pathOf, signedPart, tokenOf } from './scene.ts';

export const reading = {
  async stateOfAnother({ mallory, hers, open }) {
    const answers: string[] = [];
    for (const { id } of [hers.done, hers.open]) {
      answers.push(refused(await mallory.get(`/uploads/${id}`), 'not_found'));
      answers.push(refused(await mallory.get(`/uploads/${id}`, tokenOf(open)), 'forbidden'));
      answers.push(refused(await mallory.post(`/uploads/${id}/resume`), 'not_found'));
      answers.push(
        refused(await mallory.post(`/uploads/${id}/resume`, {}, tokenOf(open)), 'forbidden'),
      );
    }
    return met(...answers);
  },

  async linkOfAnother({ mallory, lab, hers }) {
    const path = `/uploads/${hers.done.id}/file`;
    const hash = await ownerHash('alice');
    const anyone = lab.with({});
    return met(
      refused(await mallory.get(path), 'not_found'),
      refused(await mallory.get(`${path}?of=${hash}`), 'not_found'),
      refused(await anyone.get(`${path}?of=${hash}`), 'unauthenticated', 'not_found'),
      refused(await anyone.get(`${path}?of=`), 'unauthenticated', 'not_found'),
    );
  },

  async noSignature(scene) {
    const { endpoint, bucket, profile } = scene.running.config;
    const { origin } = new URL(endpoint);
    const answers: string[] = [];
    for (const { key } of [scene.hers.done, scene.done]) {
      if (profile.name !== 'swift') {
        answers.push(await refusedByStore(fetch(origin + pathOf(scene, key)), 'unsigned'));
        continue;
      }
      // Without a signature this is not an S3 request to Swift, but one of its own API.
      const own = await readStoreAnswer(fetch(`${origin}/v1/AUTH_test/${bucket}/${key}`));
      assert.equal(own.status, 401, own.text);
      answers.push(`store ${own.status}`);
    }
    return met(...answers);
  },

  async linkElsewhere(scene) {
    const { link, hers } = scene;
    const bucket = pathOf(scene, 'x').replace(/\/x$/, '/');
    const urls = [
      bent(link, (url) => (url.pathname = pathOf(scene, hers.done.key))),
      bent(link, (url) => (url.pathname = bucket)),
      bent(link, (url) => url.searchParams.set('response-content-disposition', 'inline')),
      bent(link, (url) => url.searchParams.set('response-content-type', 'text/html')),
      bent(link, (url) => url.searchParams.set('versionId', 'null')),
      `${link}&acl`,
    ];
    const sent = urls.map((url) => refusedByStore(fetch(url), 'authority'));
    return met(...(await Promise.all(sent)));
  },

  async partUrlAsRead(scene) {
    const { partUrl, putUrl, hers } = scene;
    const answers: string[] = [];
    for (const { url, headers } of [partUrl, putUrl]) {
      for (const key of [hers.done.key, undefined]) {
        const aimed = bent(url, (to) => {
          if (key !== undefined) to.pathname = pathOf(scene, key);
        });
        const bare = bent(aimed, (to) => to.searchParams.delete('partNumber'));
        for (const target of [aimed, bare]) {
          answers.push(await refusedByStore(fetch(target, { headers }), 'authority'));
        }
      }
    }
    return met(...answers);
  },

  async copyByHeader(scene) {
    const { running, hers, mallory } = scene;
    const { bucket } = running.config;
    const answers: string[] = [];
    for (const bytes of [2000, 5 * MIB + 100]) {
      const { upload, body } = await fresh(scene, bytes);
      const number = partCount(upload.plan);
      const request = await signedPart(mallory, upload, body, number);
      const part = sliceOf(upload, body, number);
      const source = `${bucket}/${hers.done.key.split('/').map(encodeURIComponent).join('/')}`;
      for (const range of [{}, { 'x-amz-copy-source-range': 'bytes=0-99' }]) {
        for (const own of [request.headers, {}]) {
          const headers = { ...own, 'x-amz-copy-source': source, ...range };
          const sent = send({ ...request, headers }, part);
          answers.push(await refusedByStore(sent, 'authority', 'copyGuard'));
        }
      }
      assert.equal(await running.store.head(upload.key), undefined);
    }
    return met(...answers);
  },

  async companionKey({ mallory, hers }) {
    const { body: mine } = await mallory.post<{ uploadId: string }>('/companion/s3/multipart', {
      filename: 'x.png',
      type: 'image/png',
    });
    const at = `/companion/s3/multipart/${mine.uploadId}`;
    const query = new URLSearchParams({ key: hers.open.key });
    const parts = [{ PartNumber: 1, ETag: 'x' }];
    return met(
      refused(await mallory.get(`${at}?${query}`), 'forbidden'),
      refused(await mallory.get(`${at}/1?${query}`), 'forbidden'),
      refused(await mallory.get(`${at}/batch?${query}&partNumbers=1`), 'forbidden'),
      refused(await mallory.post(`${at}/complete?${query}`, { parts }), 'forbidden'),
    );
  },

  async listOfAnother({ mallory, lab, hers }) {
    const alice = await lab.as('alice');
    const { body } = await alice.get<ListAnswer>('/uploads?limit=1');
    const queries = [
      '',
      '?owner=alice',
      '?prefix=u:',
      '?state=complete&state=open',
      `?cursor=${encodeURIComponent(body.cursor ?? 'none')}`,
      '?cursor=u:',
      '?limit=100&of=alice',
    ];
    const answers: string[] = [];
    for (const query of queries) {
      const answer = await mallory.get<ListAnswer>(`/uploads${query}`);
      const { status, body: page } = answer;
      const text = JSON.stringify(page);
      for (const { id, key } of Object.values(hers)) {
        assert.ok(!text.includes(id) && !text.includes(key), query);
      }
      answers.push(status === 200 ? 'its own rows' : refused(answer, 'invalid_request'));
    }
    return met(...answers);
  },
} satisfies Record<string, Attack>;
