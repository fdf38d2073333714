/** Attempts to store more than the limits over all of an owner's uploads allow. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isRefused, type Created, type SignedRequest } from '../../../worker/protocol.ts';
import { MIB } from '../harness.ts';
import { random, send } from '../s3/uploads.ts';
import { met, type Attack } from './attack.ts';
import { refused, signedPart, tokenOf, type Scene } from './scene.ts';

const AT_ONCE = 50;
const type = 'image/png';

export const limiting = {
  async manyAtOnce(scene) {
    const bytes = 100_000;
    const total = await limited(scene, { maxTotalBytes: 2 * bytes });
    const files = await limited(scene, { maxFiles: 2 });
    const open = await limited(scene, { maxOpen: 2 });
    const answers: string[] = [];
    for (const [client, size] of [
      [total, bytes],
      [files, bytes],
      [open, 6 * MIB],
    ] as const) {
      const calls = Array.from({ length: AT_ONCE }, () => client.tryCreate({ bytes: size, type }));
      const slots = await Promise.all(calls);
      assert.equal(slots.filter((slot) => !isRefused(slot)).length, 2);
      answers.push(...slots.filter(isRefused).map(({ problem }) => String(problem.status)));
    }
    return met(...answers);
  },

  async oneIdManyNames(scene) {
    const id = randomUUID();
    const client = await limited(scene, { ids: [id], maxFiles: 1 });
    const file = (index: number) => ({ id, bytes: 10, type, name: `${index}.png` });
    const calls = Array.from({ length: AT_ONCE }, (_, index) => client.tryCreate(file(index)));
    const slots = await Promise.all(calls);
    for (let index = 0; index < 5; index++) slots.push(await client.tryCreate(file(index)));
    const keys = new Set(slots.flatMap((slot) => (isRefused(slot) ? [] : [slot.key])));
    assert.equal(keys.size, 1);
    return met(...slots.filter(isRefused).map(({ problem }) => String(problem.status)));
  },

  async cancelledAndSent(scene) {
    const bytes = 1000;
    const client = await limited(scene, { maxTotalBytes: 2 * bytes });
    const answers: string[] = [];
    const kept: { upload: Created; body: Uint8Array; request: SignedRequest }[] = [];
    for (let count = 0; count < 6; count++) {
      const slot = await client.tryCreate({ bytes, type });
      if (isRefused(slot)) {
        answers.push(refused({ status: slot.problem.status, body: slot }, 403));
        continue;
      }
      const body = random(bytes);
      kept.push({ upload: slot, body, request: await signedPart(client, slot, body, 1) });
      if (count % 2 === 1) {
        const parts = await client.sendParts(slot, body);
        assert.equal((await client.complete(slot, { parts })).status, 200);
      }
      await client.delete(`/uploads/${slot.id}`, tokenOf(slot));
    }
    for (const { body, request } of kept) await (await send(request, body)).arrayBuffer();
    let stored = 0;
    for (const { upload } of kept) {
      stored += (await scene.running.store.head(upload.key))?.bytes ?? 0;
    }
    assert.ok(stored <= 2 * bytes, `${stored} bytes are stored`);
    return met(...answers);
  },
} satisfies Record<string, Attack>;

function limited({ lab }: Scene, upload: object) {
  return lab.as(`mallory-${randomUUID()}`, { upload, jti: randomUUID() });
}
