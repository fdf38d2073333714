/** Which file an id was first signed for: a form cannot refuse to replace what another one has stored. */
import { ProblemError } from '../problem.ts';
import type { Upload } from './upload.ts';

/** @throws ProblemError `conflict` where the id has been bound to another checksum. */
export type BindFile = (upload: Upload) => void;

const REMEMBERED = 10_000;

/**
 * Remembers the last ten thousand ids for as long as the isolate lives: longer than reservations
 * without the Durable Object do (see local-reservations.ts), because a form stays good for longer, and
 * also where no limit holds. Two Creates of one id that reach two isolates before the record of a
 * Complete does are not seen here. Then each may be handed a form for a file of its own, the later of
 * which replaces the first until the form expires. With the Durable Object the second is refused.
 */
export function createFileBinder(): BindFile {
  const sums = new Map<string, string>();
  return ({ owner, id, fileChecksum = '' }) => {
    const name = `${owner} ${id}`;
    const bound = sums.get(name);
    if (bound !== undefined && bound !== fileChecksum) {
      throw new ProblemError('conflict', 'This id belongs to a file with another checksum.');
    }
    sums.set(name, fileChecksum);
    const [oldest] = sums.keys();
    if (sums.size > REMEMBERED && oldest !== undefined) sums.delete(oldest);
  };
}
