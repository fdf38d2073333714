import * as fc from 'fast-check';
import { UploadError } from '../../../../widget/core/errors.ts';
import { Parts } from '../../../../widget/core/upload/parts.ts';
import {
  can,
  isActive,
  next,
  RULES,
  type UploadEvent,
  type UploadState,
} from '../../../../widget/core/upload/state.ts';
import { Upload } from '../../../../widget/core/upload/upload.ts';
import { assert } from '../fake/assert.ts';

const PLAN = { kind: 'multipart', bytes: 4, partBytes: 2, parts: 2 } as const;
const TERMS = { plan: PLAN, checksum: 'md5' } as const;
const AGREEMENT = { ...TERMS, token: 'token', key: 'key', expiresAt: '2030-01-01T00:00:00Z' };
const RESULT = {
  id: 'id',
  key: 'key',
  name: 'file',
  bytes: 4,
  type: '',
  etag: 'etag',
  completedAt: '2026-01-01T00:00:00Z',
};
const ERROR = new UploadError('rejected', 'No.');

/** One event of each type. */
const EVENTS: { readonly [type in UploadEvent['type']]: UploadEvent & { readonly type: type } } = {
  admit: { type: 'admit', isAutomatic: true },
  start: { type: 'start' },
  hold: { type: 'hold' },
  open: { type: 'open' },
  transform: { type: 'transform', step: { fraction: 0.5 } },
  transformed: { type: 'transformed', file: new File(['1234'], 'made') },
  create: { type: 'create' },
  reconcile: { type: 'reconcile' },
  hash: { type: 'hash' },
  send: { type: 'send' },
  complete: { type: 'complete' },
  restart: { type: 'restart' },
  wait: { type: 'wait', for: 'store' },
  proceed: { type: 'proceed' },
  pause: { type: 'pause' },
  resume: { type: 'resume' },
  retry: { type: 'retry', receipts: [] },
  withdraw: { type: 'withdraw' },
  discard: { type: 'discard', undoUntilMs: 1 },
  undo: { type: 'undo' },
  cancel: { type: 'cancel' },
  done: { type: 'done', result: RESULT },
  fail: { type: 'fail', error: ERROR },
  expect: { type: 'expect', terms: TERMS },
  prepare: { type: 'prepare', parts: new Parts(PLAN) },
  recognise: { type: 'recognise', id: 'known', token: 'token', receipts: [] },
  request: { type: 'request', answer: Promise.resolve() },
  refuse: { type: 'refuse' },
  agree: { type: 'agree', agreement: AGREEMENT, parts: new Parts(PLAN) },
  extend: { type: 'extend', token: 'longer', expiresAt: '2031-01-01T00:00:00Z' },
  doubt: { type: 'doubt' },
  forget: { type: 'forget' },
  renew: { type: 'renew', id: 'renewed' },
  relay: { type: 'relay' },
  hang: { type: 'hang' },
  revive: { type: 'revive' },
  read: { type: 'read', fingerprint: 'hash' },
  edit: { type: 'edit', edits: { name: 'other' } },
};

const events = fc.array(fc.constantFrom(...Object.values(EVENTS)), { maxLength: 60, size: 'max' });
/** Each picks one of the events that can happen. */
const choices = fc.array(fc.nat(), { maxLength: 60, size: 'max' });
const fresh = (phase?: 'added' | 'checking'): UploadState =>
  new Upload({ file: new File(['1234'], 'file') }, phase).state;

/** Applies events that can happen, and shows each state with the event that led to it. */
function walk(
  picks: readonly number[],
  see: (state: UploadState, event: UploadEvent, before: UploadState) => void,
): void {
  let state = fresh('added');
  for (const pick of picks) {
    const before = state;
    const legal = Object.values(EVENTS).filter(({ type }) => can(before, type));
    const event = legal[pick % legal.length] ?? EVENTS.read;
    state = next(state, event);
    see(state, event, before);
  }
}

function after(...types: UploadEvent['type'][]): UploadState {
  return types.reduce((state, type) => next(state, EVENTS[type]), fresh());
}

describe('the state of an upload', () => {
  it('throws on every event that cannot happen, and never changes in place', () => {
    fc.assert(
      fc.property(events, (list) => {
        let state = fresh();
        for (const event of list) {
          const before = JSON.stringify(state);
          const isLegal = can(state, event.type);
          let after: UploadState | undefined;
          try {
            after = next(state, event);
          } catch (error) {
            assert.ok(!isLegal, String(error));
          }
          assert.equal(after !== undefined, isLegal);
          assert.equal(JSON.stringify(state), before);
          state = after ?? state;
        }
      }),
    );
  });

  it('is final once it is done, and once it is cancelled unless the Worker had completed it', () => {
    fc.assert(
      fc.property(choices, (picks) => {
        walk(picks, ({ progress }, { type }, before) => {
          const { phase } = before.progress;
          if (phase === 'done') assert.equal(progress.phase, phase);
          if (phase !== 'cancelled' || type === 'done') return;
          assert.equal(progress.phase, phase);
        });
      }),
    );
  });

  it('sends and completes only what the Worker has agreed to', () => {
    fc.assert(
      fc.property(choices, (picks) => {
        walk(picks, ({ standing }, { type }) => {
          if (type === 'hash' || type === 'send' || type === 'complete') {
            assert.equal(standing.kind, 'agreed');
          }
          if (type === 'done') assert.equal(standing.kind, 'closed');
        });
      }),
    );
  });

  it('remembers every id that it has had', () => {
    fc.assert(
      fc.property(choices, (picks) => {
        const ids = new Set<string>();
        walk(picks, ({ id, formerIds }, _event, before) => {
          ids.add(before.id).add(id);
          for (const known of ids) assert.ok(known === id || formerIds.includes(known), known);
        });
      }),
    );
  });

  it('carries an error, a result and what it waits for only while they are true', () => {
    fc.assert(
      fc.property(choices, (picks) => {
        walk(picks, (state) => {
          const { progress } = state;
          assert.equal('error' in progress, progress.phase === 'failed');
          assert.equal('result' in progress, progress.phase === 'done');
          if ('waitingFor' in progress) assert.ok(isActive(state));
        });
      }),
    );
  });

  it('can reach every phase, and every event can happen', () => {
    const phases = new Set<string>();
    const types = new Set<string>();
    const seen = new Set<string>();
    for (const open = [fresh('added'), fresh('checking')]; open.length > 0;) {
      const state = open.pop() as UploadState;
      const { progress, standing } = state;
      const name = `${progress.phase} ${standing.kind} ${state.terms.plan.kind}`;
      if (seen.has(name)) continue;
      seen.add(name);
      phases.add(progress.phase);
      for (const event of Object.values(EVENTS)) {
        if (!can(state, event.type)) continue;
        types.add(event.type);
        open.push(next(state, event));
      }
    }
    assert.deepEqual([...types].toSorted(), Object.keys(RULES).toSorted());
    assert.equal(phases.size, 16, [...phases].join());
  });

  it('returns from a pause to where it was: not started, or in the queue', () => {
    const paused = next(fresh('added'), EVENTS.pause);
    assert.equal(next(paused, EVENTS.resume).progress.phase, 'added');
    assert.equal(after('open', 'pause', 'resume').progress.phase, 'queued');
  });

  it('is admitted during a pause, too, and waits for the resume then', () => {
    const paused = next(fresh('checking'), EVENTS.pause);
    assert.equal(next(paused, EVENTS.resume).progress.phase, 'checking');
    const admitted = next(paused, EVENTS.admit);
    assert.equal(admitted.progress.phase, 'paused');
    assert.equal(next(admitted, EVENTS.resume).progress.phase, 'queued');
  });

  it('is brought back as it was: in the queue if it was running, otherwise paused or failed', () => {
    const undone = (...types: UploadEvent['type'][]) =>
      next(next(after(...types), EVENTS.discard), EVENTS.undo).progress;
    assert.deepEqual(undone('open', 'request', 'create', 'agree'), { phase: 'queued' });
    assert.deepEqual(undone('pause'), { phase: 'paused', resumesAs: 'queued' });
    assert.deepEqual(undone('open', 'fail'), { phase: 'failed', error: ERROR });
  });

  it('keeps what the store has while it can be brought back', () => {
    const agreed = after('open', 'request', 'create', 'agree');
    const undone = next(next(agreed, EVENTS.discard), EVENTS.undo);
    assert.deepEqual(undone.standing, agreed.standing);
  });

  it('takes the answer to its Create also while it is paused, or after it was cancelled', () => {
    for (const type of ['pause', 'cancel'] as const) {
      const state = after('open', 'request', 'create', type, 'agree');
      assert.equal(state.standing.kind, 'agreed');
    }
  });

  it('has to ask what is stored after a failure, and begins again if it goes in one request', () => {
    const failed = after('open', 'request', 'create', 'agree', 'fail');
    const { standing } = next(failed, EVENTS.retry);
    assert.deepEqual(standing, { kind: 'unconfirmed', token: 'token', receipts: [] });

    const single = { ...AGREEMENT, plan: { kind: 'single', bytes: 4 } as const };
    const parts = new Parts(single.plan);
    const agreed = next(after('open', 'request'), { type: 'agree', agreement: single, parts });
    const retried = next(next(agreed, EVENTS.fail), EVENTS.retry);
    assert.deepEqual(retried.standing, { kind: 'unregistered' });
  });

  it('drops what was hashed by other terms', () => {
    const prepared = after('open', 'expect', 'prepare');
    assert.ok('parts' in next(prepared, EVENTS.expect).standing);
    const terms = { ...TERMS, checksum: 'crc32c' } as const;
    assert.deepEqual(next(prepared, { type: 'expect', terms }).standing, { kind: 'unregistered' });
  });
});
