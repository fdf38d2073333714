/** Messages from the moment that they are made until they are delivered, or given up. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { UploadEvent } from '../../../worker/hooks.ts';
import type { KV } from '../../../worker/ledger/kv.ts';
import { createLog } from '../../../worker/util/log.ts';
import type { Upload } from '../../../worker/upload/upload.ts';
import { messageOf } from '../../../worker/webhooks/message.ts';
import { createOutbox, type Outbox } from '../../../worker/webhooks/outbox.ts';
import { createSign } from '../../../worker/webhooks/signature.ts';
import { memoryKV, type MemoryKV } from '../memory-kv.ts';
import { startReceiver, type Receiver } from '../receiver.ts';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const OLD = secret();
const NEW = secret();
const MINUTE = 60_000;

/** A message that was given up. */
interface Letter {
  readonly type: string;
  readonly reason: string;
  readonly status: number;
  readonly body: string;
}

describe('a message', () => {
  let receiver: Receiver;
  let clock: number;
  let kv: MemoryKV;
  let log: string[];
  let outbox: Outbox;

  beforeEach(async () => {
    receiver = await startReceiver(NEW);
    clock = Date.now();
    kv = memoryKV(() => clock);
    log = [];
    outbox = outboxWith(kv);
  });
  afterEach(() => receiver.stop());

  /** Its waits pass at once, on a clock of its own; what it signs is of the real time. */
  const outboxWith = (of: KV, tellsPrepared = false, secrets = [NEW]): Outbox =>
    createOutbox({
      kv: of,
      log: createLog((line) => void log.push(line)),
      receiver: { url: receiver.url, sign: createSign(secrets), now: Date.now },
      tellsPrepared,
      now: () => clock,
      sleep: (ms) => Promise.resolve(void (clock += ms)),
    });
  const send = async (event: UploadEvent, by = outbox) =>
    by.send(event, await messageOf(event, 'uploads', clock));
  const statuses = () => receiver.received.map(({ status }) => status);
  const types = () => receiver.received.map(({ type }) => type.replace('upload.', ''));

  it('is signed by every secret, so that one can be replaced', async () => {
    const both = outboxWith(kv, false, [NEW, OLD]);
    await send(aborted(), both);
    const old = await startReceiver(OLD);
    try {
      const toOld = createOutbox({
        kv,
        log: createLog((line) => void log.push(line)),
        receiver: { url: old.url, sign: createSign([NEW, OLD]), now: Date.now },
        tellsPrepared: false,
        now: () => clock,
      });
      await send(aborted(), toOld);
      assert.equal(old.received.length, 1);
    } finally {
      await old.stop();
    }
    assert.equal(receiver.received.length, 1);
    await send(aborted(), outboxWith(kv, false, [OLD]));
    assert.equal(receiver.forged.length, 1, 'and by no other is it believed');
  });

  it('is kept until it is delivered, under one id through all tries', async () => {
    receiver.answer(500, 503);
    const kept: number[] = [];
    const event = aborted();
    const watched: KV = {
      ...kv,
      put: async (...args) => {
        await kv.put(...args);
        kept.push(kv.entries.size);
      },
    };
    await send(event, outboxWith(watched));
    assert.deepEqual(statuses(), [500, 503, 204]);
    assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 1);
    assert.deepEqual(kept, [1]);
    assert.equal(kv.entries.size, 0);
    assert.equal(await outbox.resend(10), 0);
  });

  it('is tried by the cron trigger once it is due, and not before', async () => {
    receiver.answer(500, 500, 500);
    await send(aborted());
    assert.equal(kv.entries.size, 1);
    clock += 4 * MINUTE;
    assert.equal(await outbox.resend(10), 0);
    assert.equal(receiver.received.length, 3);
    clock += 2 * MINUTE;
    assert.equal(await outbox.resend(10), 1);
    assert.deepEqual(statuses(), [500, 500, 500, 204]);
    assert.equal(kv.entries.size, 0);
  });

  it('is tried on the specification’s schedule, and given up after three days', async () => {
    receiver.answer(...Array.from({ length: 100 }, () => 500));
    const started = clock;
    const waits: number[] = [];
    const event = aborted();
    const { upload } = event;
    await send(event);
    assert.equal(receiver.received.length, 3);
    let last = clock;
    while ([...kv.entries.keys()].some((key) => key.startsWith('w:'))) {
      const before: number = receiver.received.length;
      clock += MINUTE;
      await outbox.resend(10);
      if (receiver.received.length === before) continue;
      waits.push(Math.round((clock - last) / MINUTE));
      last = clock;
    }
    assert.deepEqual(waits, [5, 30, 120, 300, 600, 840, 1200, 1440]);
    assert.ok(clock - started > 3 * 86_400_000);
    const [dead = ''] = kv.entries.keys();
    assert.match(dead, /^dead:\d{4}-\d\d-\d\d:msg_/, 'where the operator finds it');
    const { type, reason, status, body } = JSON.parse(kv.entries.get(dead) ?? '') as Letter;
    assert.deepEqual([type, reason, status], ['aborted', 'attempts', 500]);
    assert.match(body, /"type":"upload.aborted"/);
    const line = JSON.parse(log.at(-1) ?? '') as Record<string, unknown>;
    assert.equal(line['event'], 'webhook_given_up');
    assert.equal(line['level'], 'error');
    assert.deepEqual([line['type'], line['upload'], line['count']], ['aborted', upload.id, 1]);
  });

  it('waits for as long as the receiver asks', async () => {
    receiver.answer({ status: 429, headers: { 'retry-after': '7200' } });
    await send(aborted());
    assert.equal(receiver.received.length, 1, 'it is left alone at once');
    clock += 119 * MINUTE;
    assert.equal(await outbox.resend(10), 0);
    clock += 2 * MINUTE;
    assert.equal(await outbox.resend(10), 1);
  });

  it('is dropped where the receiver is gone for good', async () => {
    receiver.answer(410);
    await send(aborted());
    assert.deepEqual(statuses(), [410]);
    assert.equal(kv.entries.size, 0);
  });

  it('is not handed on to where the receiver points', async () => {
    const other = await startReceiver(NEW);
    try {
      receiver.answer({ status: 307, headers: { location: other.url } });
      await send(aborted());
      assert.deepEqual(statuses(), [307, 204]);
      assert.equal(other.received.length, 0);
    } finally {
      await other.stop();
    }
  });

  it('that follows another waits until that one has been delivered', async () => {
    outbox = outboxWith(kv, true);
    const { prepared, completed } = story();
    receiver.answer(500, 500, 500);
    await send(prepared);
    await send(completed);
    assert.deepEqual(types(), ['prepared', 'prepared', 'prepared'], 'the second holds its breath');
    clock += 6 * MINUTE;
    assert.equal(await outbox.resend(10), 2);
    assert.deepEqual(types().slice(3), ['prepared', 'completed']);
    clock += 6 * MINUTE;
    assert.equal(kv.entries.size, 0, 'nothing stays behind');
  });

  it('that follows another is sent at once if that was delivered', async () => {
    outbox = outboxWith(kv, true);
    const { prepared, completed } = story();
    await send(prepared);
    await send(completed);
    assert.deepEqual(types(), ['prepared', 'completed']);
  });

  it('case 80, 81: keeps its place where KV has not heard of the one before', async () => {
    const { prepared, completed } = story();
    receiver.answer(500, 500, 500);
    const here = outboxWith(kv, true);
    const there = outboxWith({ ...kv, get: () => Promise.resolve(null) }, true);
    await send(prepared, here);
    await send(completed, there);
    assert.deepEqual(types(), ['prepared', 'prepared', 'prepared']);
    clock += 6 * MINUTE;
    await here.resend(10);
    assert.deepEqual(types().slice(3), ['prepared', 'completed']);
  });

  it('that follows one that was never sent is sent once KV must show it', async () => {
    outbox = outboxWith(kv, true);
    const { completed } = story();
    await send(completed);
    assert.equal(receiver.received.length, 0);
    clock += 6 * MINUTE;
    assert.equal(await outbox.resend(10), 1);
    const old = story({ createdAt: Math.floor(clock / 1000) - 3600 });
    await send(old.completed);
    assert.equal(receiver.received.length, 2, 'of an old upload at once');
  });

  it('of one upload does not wait for another’s', async () => {
    outbox = outboxWith(kv, true);
    const one = story();
    const other = story();
    receiver.answer(500, 500, 500);
    await send(one.prepared);
    await send(other.prepared);
    await send(other.completed);
    assert.deepEqual(types().slice(3), ['prepared', 'completed']);
  });

  it('is delivered once although KV accepts one write per second to a key', async () => {
    const written = new Map<string, number>();
    const once = (key: string) => {
      if (clock - (written.get(key) ?? -Infinity) < 1000) throw new Error('KV PUT failed: 429');
      written.set(key, clock);
    };
    const strict: KV = {
      ...kv,
      put: async (key, ...rest) => {
        once(key);
        await kv.put(key, ...rest);
      },
      delete: async (key) => {
        once(key);
        await kv.delete(key);
      },
    };
    outbox = outboxWith(strict, true);
    const { prepared, completed } = story();
    await send(prepared);
    await send(completed);
    clock += 6 * MINUTE;
    assert.equal(await outbox.resend(10), 0);
    assert.deepEqual(types(), ['prepared', 'completed']);
    assert.equal(kv.entries.size, 0);
  });

  it('case 82: is delivered where KV fails altogether', async () => {
    const fails = () => Promise.reject(new Error('KV failed: 500'));
    await send(aborted(), outboxWith({ get: fails, put: fails, delete: fails, list: fails }));
    assert.deepEqual(types(), ['aborted']);
  });

  it('case 83: that cannot be read does not stop the upkeep', async () => {
    receiver.answer(500, 500, 500);
    await send(aborted());
    const [key = ''] = kv.entries.keys();
    await kv.put(key.replace(/^w:./, 'w:0'), 'garbage', { metadata: { due: 0 } });
    await kv.put('w:', '{}', { metadata: 'garbage' });
    clock += 6 * MINUTE;
    assert.equal(await outbox.resend(10), 1);
  });

  it('is not tried, of many, while the receiver is down', async () => {
    receiver.answer(...Array.from({ length: 33 }, () => 500));
    for (let index = 0; index < 10; index++) await send(aborted());
    assert.equal(receiver.received.length, 30);
    clock += 6 * MINUTE;
    assert.equal(await outbox.resend(100), 0);
    assert.equal(receiver.received.length, 33, 'three were enough to tell');
    clock += 36 * MINUTE;
    assert.equal(await outbox.resend(4), 4, 'no more at once than asked for');
    assert.equal(await outbox.resend(100), 6);
    assert.equal(kv.entries.size, 0);
  });
});

function uploadOf(more: Partial<Upload> = {}): Upload {
  const id = randomUUID();
  const createdAt = Math.floor(Date.now() / 1000);
  return {
    v: 1,
    id,
    owner: 'alice',
    key: `alice/${id}/a.bin`,
    name: 'a.bin',
    type: 'application/octet-stream',
    bytes: 10,
    checksum: null,
    mark: randomUUID(),
    createdAt,
    expiresAt: createdAt + 86_400,
    urlSeconds: 900,
    ...more,
  };
}

function aborted(): UploadEvent {
  return { type: 'aborted', upload: uploadOf() };
}

function story(more: Partial<Upload> = {}): { prepared: UploadEvent; completed: UploadEvent } {
  const upload = uploadOf(more);
  const { id, key, name, bytes, type } = upload;
  const result = { id, key, name, bytes, type, etag: 'e', completedAt: new Date(0).toISOString() };
  return {
    prepared: { type: 'prepared', upload },
    completed: { type: 'completed', upload, result },
  };
}
