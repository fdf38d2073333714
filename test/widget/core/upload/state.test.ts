import * as fc from 'fast-check';
import { UploadError } from '../../../../widget/core/errors.ts';
import { canInPage } from '../../../../widget/core/upload/page-events.ts';
import { Parts } from '../../../../widget/core/upload/parts.ts';
import type { Phase } from '../../../../widget/core/upload/rules/events.ts';
import type { Standing } from '../../../../widget/core/upload/standing.ts';
import {
  can,
  isActive,
  next,
  RULES,
  type UploadEvent,
  type UploadState,
} from '../../../../widget/core/upload/state.ts';
import type { Agreement } from '../../../../widget/core/upload/terms.ts';
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
    const changed = next(prepared, { type: 'expect', terms });
    assert.deepEqual(changed.standing, { kind: 'unregistered' });
    assert.equal('parts' in changed.standing, false);
    assert.equal(changed.terms, terms);
    assert.equal(next(changed, { type: 'expect', terms: { ...terms } }).terms, terms);
  });

  it('keeps its token by other terms, and what a store that cannot list parts is told', () => {
    const receipts = [{ number: 1, bytes: 2, etag: 'etag' }];
    const known = next(fresh(), { ...EVENTS.recognise, receipts });
    const { standing } = next(known, EVENTS.expect);
    assert.deepEqual(standing, { kind: 'unconfirmed', token: 'token', receipts });
  });
});

/** What can happen in each phase, if the standing allows it. */
const IN_PHASE: { readonly [phase in Phase]: string } = {
  added: 'start pause discard cancel edit expect recognise forget renew relay',
  checking: 'pause cancel fail edit admit expect recognise forget renew relay',
  queued:
    'wait proceed pause discard cancel fail edit hold open expect recognise forget renew relay',
  transforming:
    'pause discard cancel fail transform transformed restart expect prepare recognise request doubt forget renew relay',
  claiming:
    'wait proceed pause discard cancel fail transform create reconcile hash restart done expect prepare recognise request doubt forget renew relay',
  creating:
    'wait proceed pause discard cancel fail hash restart done expect prepare recognise request doubt forget renew relay',
  reconciling:
    'wait proceed pause discard cancel fail hash restart done expect prepare recognise request doubt forget renew relay',
  hashing:
    'wait proceed pause discard cancel fail send complete restart expect prepare recognise request doubt forget renew relay',
  sending:
    'wait proceed pause discard cancel fail complete restart expect prepare recognise request doubt forget renew relay',
  completing:
    'wait proceed withdraw cancel fail restart done expect prepare recognise request doubt forget renew relay',
  withdrawing: 'wait proceed discard cancel fail done expect recognise forget renew relay',
  paused: 'resume discard cancel edit admit expect recognise forget renew relay',
  failed: 'retry discard cancel edit expect recognise forget renew relay',
  undoable: 'undo cancel expect recognise forget renew relay',
  done: '',
  cancelled: 'done',
};
/** The answer to a Create, and what is learned of a file, may come in any phase. */
const IN_ANY_PHASE = ['refuse', 'agree', 'extend', 'hang', 'revive', 'read'];
/** Events that depend on how the upload stands with the Worker. */
const BY_STANDING: { readonly [kind in Standing['kind']]: string } = {
  unregistered: 'edit transform expect prepare recognise request',
  requested: 'create refuse agree',
  unconfirmed: 'transform reconcile expect recognise agree',
  agreed: 'create hash send complete done extend doubt',
  closed: '',
};
const DEPENDENT = new Set(Object.values(BY_STANDING).flatMap((types) => types.split(' ')));

describe('what can happen to an upload', () => {
  for (const [phase, types] of Object.entries(IN_PHASE)) {
    it(`that is ${phase}: ${types || 'nothing'}, and what any may learn`, () => {
      for (const [kind, fitting] of Object.entries(BY_STANDING)) {
        const state = { ...fresh(), progress: { phase }, standing: { kind } };
        const expected = [...types.split(' '), ...IN_ANY_PHASE].filter(
          (type) => type !== '' && (!DEPENDENT.has(type) || fitting.split(' ').includes(type)),
        );
        const possible = Object.values(EVENTS)
          .map(({ type }) => type)
          .filter((type) => can(state as unknown as UploadState, type));
        assert.deepEqual(possible.toSorted(), expected.toSorted(), kind);
      }
    });
  }

  it('by the page alone is the same as with the code that sends', () => {
    for (const [phase, types] of Object.entries(IN_PHASE)) {
      const state = { ...fresh(), progress: { phase } } as unknown as UploadState;
      assert.equal(canInPage(state, 'pause'), types.split(' ').includes('pause'), phase);
    }
  });

  it('is named in the error if something else happens', () => {
    let message = '';
    try {
      next(fresh(), EVENTS.complete);
    } catch (error) {
      ({ message } = error as Error);
    }
    assert.equal(message, 'An upload that is queued and unregistered: no complete');
  });
});

describe('an event', () => {
  const phaseAfter = (state: UploadState, type: UploadEvent['type']) =>
    next(state, EVENTS[type]).progress.phase;
  const agreed = () => after('open', 'request', 'create', 'agree');

  it('leads to the phase that it is named after', () => {
    assert.equal(phaseAfter(fresh('added'), 'start'), 'queued');
    assert.equal(phaseAfter(fresh(), 'hold'), 'added');
    assert.equal(phaseAfter(fresh(), 'open'), 'claiming');
    assert.equal(phaseAfter(after('open', 'transform'), 'transformed'), 'claiming');
    assert.equal(phaseAfter(after('open', 'request'), 'create'), 'creating');
    assert.equal(phaseAfter(agreed(), 'hash'), 'hashing');
    assert.equal(
      phaseAfter(after('open', 'request', 'create', 'agree', 'hash'), 'send'),
      'sending',
    );
    assert.equal(phaseAfter(agreed(), 'restart'), 'claiming');
    assert.equal(phaseAfter(after('open', 'fail'), 'retry'), 'queued');
    assert.equal(phaseAfter(fresh(), 'cancel'), 'cancelled');
    const doubtful = next(agreed(), EVENTS.doubt);
    assert.equal(phaseAfter(next(doubtful, EVENTS.restart), 'reconcile'), 'reconciling');
    const completing = next(next(agreed(), EVENTS.hash), EVENTS.complete);
    assert.equal(completing.progress.phase, 'completing');
    assert.equal(phaseAfter(completing, 'withdraw'), 'withdrawing');
  });

  it('of waiting keeps the phase, says what for, and ends', () => {
    const waiting = after('open', 'wait');
    assert.deepEqual(waiting.progress, { phase: 'claiming', waitingFor: 'store' });
    assert.deepEqual(next(waiting, EVENTS.proceed).progress, { phase: 'claiming' });
  });

  it('that admits a file puts it into the queue, or leaves it to start()', () => {
    const checking = fresh('checking');
    assert.deepEqual(next(checking, EVENTS.admit).progress, { phase: 'queued' });
    const admit = { type: 'admit', isAutomatic: false } as const;
    assert.deepEqual(next(checking, admit).progress, { phase: 'added' });
    const paused = next(checking, EVENTS.pause);
    assert.deepEqual(next(paused, admit).progress, { phase: 'paused', resumesAs: 'added' });
  });

  it('of transforming says how far it is, and then what is sent in the place of the file', () => {
    const chosen = { file: new File(['1234'], 'file'), handle: {} as FileSystemFileHandle };
    const opened = next(new Upload(chosen).state, EVENTS.open);
    const transforming = next(next(opened, EVENTS.prepare), EVENTS.transform);
    assert.deepEqual(transforming.progress, { phase: 'transforming', step: { fraction: 0.5 } });
    const made = next(transforming, EVENTS.transformed);
    assert.equal(made.source.file, EVENTS.transformed.file);
    assert.equal(made.source.handle, undefined);
    assert.equal(made.chosen, chosen);
    assert.deepEqual(made.standing, { kind: 'unregistered' });
  });

  it('remembers that its turn has come, that a file was read, and by which way parts go', () => {
    const state = fresh();
    assert.equal(state.wasStarted, false);
    assert.equal(next(state, EVENTS.open).wasStarted, true);
    const read = next(state, EVENTS.read);
    assert.equal(read.wasRead, true);
    assert.equal(read.fingerprint, 'hash');
    assert.equal(next(read, { type: 'read', fingerprint: 'other' }).fingerprint, 'hash');
    assert.equal(next(state, EVENTS.relay).isRelayed, true);
  });

  it('counts reads that hang, and those that come back', () => {
    const hanging = next(next(fresh(), EVENTS.hang), EVENTS.hang);
    assert.equal(hanging.hungReads, 2);
    assert.equal(next(hanging, EVENTS.revive).hungReads, 1);
  });

  it('of the end carries the result, and lets go of the token', () => {
    const completing = next(next(agreed(), EVENTS.hash), EVENTS.complete);
    const { progress, standing } = next(completing, EVENTS.done);
    assert.deepEqual(progress, { phase: 'done', result: RESULT });
    assert.deepEqual(standing, { kind: 'closed' });
  });

  it('of recognition takes the id of the journal, and its token if there is one', () => {
    const state = fresh();
    const known = next(state, EVENTS.recognise);
    assert.equal(known.id, 'known');
    assert.deepEqual(known.formerIds, [state.id]);
    assert.deepEqual(known.standing, { kind: 'unconfirmed', token: 'token', receipts: [] });
    const again = next(known, EVENTS.recognise);
    assert.deepEqual(again.formerIds, [state.id]);

    const prepared = after('open', 'prepare');
    const { standing } = next(prepared, { type: 'recognise', id: 'known', receipts: [] });
    assert.equal(standing.kind, 'unregistered');
    assert.equal('parts' in standing && standing.parts, EVENTS.prepare.parts);
  });

  it('of a Create keeps what was prepared, also if it is refused', () => {
    const { answer } = EVENTS.request;
    const requested = after('open', 'prepare', 'request');
    assert.equal('answer' in requested.standing && requested.standing.answer, answer);
    assert.equal('parts' in requested.standing && requested.standing.parts, EVENTS.prepare.parts);
    const { standing } = next(requested, EVENTS.refuse);
    assert.equal(standing.kind, 'unregistered');
    assert.equal('parts' in standing && standing.parts, EVENTS.prepare.parts);
    assert.equal('parts' in after('open', 'request').standing, false);
  });

  it('of agreement says what was found of an earlier visit, and keeps saying so', () => {
    assert.equal(agreed().isResumed, false);
    const parts = new Parts(PLAN);
    parts.found.set(1, { number: 1, bytes: 2, etag: 'etag' });
    const asked = after('open', 'request', 'create');
    const resumed = next(asked, { type: 'agree', agreement: AGREEMENT, parts });
    assert.equal(resumed.isResumed, true);
    assert.equal(resumed.terms, AGREEMENT);
    const doubtful = next(resumed, EVENTS.doubt);
    assert.equal(next(doubtful, EVENTS.agree).isResumed, true);
  });

  it('of extension gives the agreement another token and end, and changes nothing else of it', () => {
    const { standing } = next(agreed(), EVENTS.extend);
    assert.equal(standing.kind, 'agreed');
    const { token, expiresAt } = EVENTS.extend;
    assert.ok(standing.kind === 'agreed');
    assert.deepEqual(standing.agreement, { ...AGREEMENT, token, expiresAt });
    assert.equal(standing.parts, EVENTS.agree.parts);
    assert.ok(Object.isFrozen(standing.agreement));
  });

  it('of doubt keeps the token, and nothing of what was said to be stored', () => {
    const { standing } = next(agreed(), EVENTS.doubt);
    assert.deepEqual(standing, { kind: 'unconfirmed', token: 'token', receipts: [] });
  });

  it('of forgetting discards the agreement, and what was found', () => {
    const state = next({ ...agreed(), isResumed: true }, EVENTS.forget);
    assert.deepEqual(state.standing, { kind: 'unregistered' });
    assert.equal(state.isResumed, false);
    assert.equal(state.restarts, 0);
    assert.deepEqual(state.formerIds, []);
  });

  it('of renewal takes another id, and counts as a restart only if something had been sent', () => {
    const state = { ...agreed(), isResumed: true };
    const renewed = next(state, EVENTS.renew);
    assert.equal(renewed.id, 'renewed');
    assert.deepEqual(renewed.formerIds, [state.id]);
    assert.deepEqual(renewed.standing, { kind: 'unregistered' });
    assert.equal(renewed.isResumed, false);
    assert.equal(renewed.restarts, 1);
    assert.equal(next(next(agreed(), EVENTS.doubt), EVENTS.renew).restarts, 1);
    assert.equal(next(fresh(), EVENTS.renew).restarts, 0);
  });

  it('of editing keeps earlier edits of other fields', () => {
    const metadata = { album: 'A' };
    const edited = next(fresh(), { type: 'edit', edits: { metadata } });
    assert.deepEqual(next(edited, EVENTS.edit).edits, { metadata, name: 'other' });
  });

  it('of discarding says until when it can be undone, and what the upload was', () => {
    const failed = after('open', 'fail');
    const { progress } = next(failed, EVENTS.discard);
    assert.deepEqual(progress, { phase: 'undoable', undoUntilMs: 1, before: failed.progress });
  });
});

describe('what is active', () => {
  const INACTIVE = new Set(['paused', 'done', 'failed', 'undoable', 'cancelled']);
  for (const phase of Object.keys(IN_PHASE)) {
    it(`${INACTIVE.has(phase) ? 'excludes' : 'includes'} an upload that is ${phase}`, () => {
      const state = { ...fresh(), progress: { phase } } as unknown as UploadState;
      assert.equal(isActive(state), !INACTIVE.has(phase));
    });
  }
});

describe('a retry', () => {
  const receipts = [{ number: 1, bytes: 2, etag: 'etag' }];
  const agreedOn = (agreement: typeof AGREEMENT | Agreement) =>
    next(after('open', 'request', 'create'), {
      type: 'agree',
      agreement,
      parts: new Parts(agreement.plan),
    });
  const failed = (state: UploadState) => next(state, EVENTS.fail);
  const fileAt = (lastModified: number) => ({ file: new File(['1234'], 'file', { lastModified }) });
  const retry = (state: UploadState, source?: { readonly file: File }) =>
    next(state, { type: 'retry', receipts, source });

  it('continues from what the page knows to be stored', () => {
    const { standing, progress } = retry(failed(agreedOn(AGREEMENT)));
    assert.deepEqual(standing, { kind: 'unconfirmed', token: 'token', receipts });
    assert.deepEqual(progress, { phase: 'queued' });
  });

  it('continues with the same file added again, if checksums can tell', () => {
    const { standing } = retry(failed(agreedOn(AGREEMENT)), fileAt(1));
    assert.equal(standing.kind, 'unconfirmed');
  });

  it('without checksums continues only with a file of the same date', () => {
    const state = new Upload(fileAt(1)).state;
    const without = { ...AGREEMENT, checksum: null };
    const asked = [EVENTS.open, EVENTS.request, EVENTS.create].reduce<UploadState>(next, state);
    const parts = new Parts(PLAN);
    const stopped = failed(next(asked, { type: 'agree', agreement: without, parts }));
    assert.equal(retry(stopped, fileAt(1)).standing.kind, 'unconfirmed');
    assert.equal(retry(stopped).standing.kind, 'unconfirmed');
    assert.equal(retry({ ...stopped, isResumed: true }, fileAt(2)).standing.kind, 'unregistered');
    assert.equal(retry({ ...stopped, isResumed: true }, fileAt(2)).isResumed, false);
  });

  it('of a single request continues only if it is not known what became of it', () => {
    const single = { kind: 'single', bytes: 4 } as const;
    const doubtful = next(agreedOn({ ...AGREEMENT, plan: single }), EVENTS.doubt);
    assert.equal(retry(failed(doubtful)).standing.kind, 'unconfirmed');
    const tokenless = { kind: 'unconfirmed', receipts: [] } as const;
    const known = { ...failed(after('open')), standing: tokenless };
    assert.deepEqual(retry(known).standing, { kind: 'unconfirmed', receipts });
  });

  it('of an upload that was never registered begins it, also if it would be cut into parts', () => {
    const unregistered = failed(after('open', 'expect'));
    assert.deepEqual(retry(unregistered).standing, { kind: 'unregistered' });
  });

  it('of a file that was added again reads it anew, and checks it first if it has to be', () => {
    const source = fileAt(2);
    const read = failed(after('open', 'read'));
    const event = { type: 'retry', receipts, source, isChecking: true } as const;
    const state = next(read, event);
    assert.equal(state.chosen, source);
    assert.equal(state.source, source);
    assert.equal(state.wasRead, false);
    assert.equal(state.fingerprint, undefined);
    assert.deepEqual(state.progress, { phase: 'checking' });
    const same = retry(read);
    assert.equal(same.chosen, read.chosen);
    assert.equal(same.wasRead, true);
    assert.equal(same.fingerprint, 'hash');
  });
});
