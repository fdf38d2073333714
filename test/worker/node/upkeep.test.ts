/** The timer that stands for the cron trigger. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { startUpkeep } from '../../../worker/node/upkeep.ts';
import type { SignerState } from '../../../worker/node/state/state.ts';
import { sqliteState } from '../../../worker/node/state/sqlite.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { staticCredentials } from '../../../worker/s3/signing/credentials.ts';
import { createStore } from '../../../worker/s3/store.ts';
import type { SignerOptions } from '../../../worker/signer-options.ts';

const MINUTE_MS = 60_000;

describe('the upkeep of a server', () => {
  let events: string[];
  let state: SignerState;
  /** Resolves when the log has so many lines of this event. */
  let logged: (event: string, count: number) => Promise<void>;
  let options: SignerOptions;

  afterEach(async () => {
    mock.timers.reset();
    await state.close();
  });
  beforeEach(async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    events = [];
    state = await sqliteState(':memory:');
    let look = (): void => undefined;
    logged = (event, count) =>
      new Promise((resolve) => {
        look = () => {
          if (events.filter((one) => one === event).length === count) resolve();
        };
        look();
      });
    options = {
      store: createStore({
        profile: PROFILES.minio,
        endpoint: 'http://127.0.0.1:1',
        bucket: 'uploads',
        region: 'us-east-1',
        style: 'path',
        credentials: staticCredentials({ accessKeyId: 'key', secretAccessKey: 'secret' }),
      }),
      kv: state.kv,
      authenticate: () => undefined,
      tokenSecrets: ['the-secret-that-seals-upload-tokens-in-tests'],
      log(line) {
        events.push((JSON.parse(line) as { event: string }).event);
        look();
      },
    };
  });

  /** Lets minutes pass: a round may end a moment after its log line. */
  async function minutesUntil(event: string, count: number): Promise<void> {
    while (events.filter((one) => one === event).length < count) {
      mock.timers.tick(MINUTE_MS);
      await nextTurn();
    }
  }

  it('does a round at once, and one every minute', async () => {
    const upkeep = startUpkeep(options, state);
    await logged('sweep', 1);
    await minutesUntil('sweep', 2);
    await upkeep.stop();
    const rounds = events.length;
    mock.timers.tick(10 * MINUTE_MS);
    await nextTurn();
    assert.equal(events.length, rounds, 'and none after it was stopped');
  });

  it('does none while another process does, and takes over when that has ended', async () => {
    assert.equal(await state.lease('upkeep', 'another process', 90), true);
    const upkeep = startUpkeep(options, state);
    await nextTurn();
    mock.timers.tick(MINUTE_MS);
    await nextTurn();
    assert.deepEqual(events, []);
    await state.release('upkeep', 'another process');
    await minutesUntil('sweep', 1);
    await upkeep.stop();
    assert.equal(await state.lease('upkeep', 'another process', 90), true, 'it was given back');
  });

  it('deletes what has expired before each round', async () => {
    const purge = mock.fn(() => Promise.resolve());
    const upkeep = startUpkeep(options, { ...state, purge });
    await logged('sweep', 1);
    await upkeep.stop();
    assert.equal(purge.mock.callCount(), 1);
  });

  it('says that a round failed, and tries again a minute later', async () => {
    let isAway = true;
    const lease: SignerState['lease'] = (...args) =>
      isAway ? Promise.reject(new Error('away')) : state.lease(...args);
    const upkeep = startUpkeep(options, { ...state, lease });
    await logged('upkeep_failed', 1);
    isAway = false;
    await minutesUntil('sweep', 1);
    await upkeep.stop();
  });

  it('keeps its turn while a round takes longer than a minute', async () => {
    const holders: string[] = [];
    let finish = (): void => undefined;
    const purge = () => new Promise<void>((resolve) => (finish = resolve));
    const lease: SignerState['lease'] = (task, holder, seconds) => {
      holders.push(holder);
      return state.lease(task, holder, seconds);
    };
    const upkeep = startUpkeep(options, { ...state, lease, purge });
    await nextTurn();
    mock.timers.tick(2 * MINUTE_MS);
    assert.equal(holders.length, 3);
    assert.equal(new Set(holders).size, 1);
    finish();
    await logged('sweep', 1);
    await upkeep.stop();
  });
});

/** Lets everything run that waits for nothing. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
