/** Checks the database in which `s3-upload serve` keeps the list of uploads. */
import { openState } from '../../node/state/open.ts';
import { ProblemError } from '../../problem.ts';
import { settingsOf, type Sources } from '../settings.ts';
import { fail, type Note } from './finding.ts';
import { checkKeyValueStore } from './key-value-store.ts';

/** A file of SQLite is made by the first `serve`, and a check leaves none behind. */
const ON_A_SERVER = /^(redis|valkey)s?:/;

export async function checkState(sources: Sources, note: Note): Promise<void> {
  const { STATE_URL: url } = settingsOf(sources, ['STATE_URL']);
  if (typeof url !== 'string' || !ON_A_SERVER.test(url)) return;
  try {
    const state = await openState(url);
    try {
      await checkKeyValueStore(state.kv, note);
    } finally {
      await state.close();
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    note(fail('key-value store', error.message, 'check STATE_URL, and that the server runs'));
  }
}
