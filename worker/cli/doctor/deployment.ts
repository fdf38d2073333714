/** Checks wrangler's configuration: what the Worker needs besides its settings. */
import type { Sources } from '../settings.ts';
import { fail, pass, warn, type Note } from './finding.ts';

export function checkDeployment({ config }: Sources, note: Note): void {
  if (config === undefined) return;
  const { file, namespaces, crons } = config;
  note(
    namespaces.includes('UPLOADS')
      ? pass('key-value store', 'UPLOADS is bound')
      : fail(
          'key-value store',
          'UPLOADS is not bound, so the Worker cannot start',
          `add [[kv_namespaces]] binding = "UPLOADS" to ${file}`,
        ),
  );
  note(
    crons.length > 0
      ? pass('cron trigger', crons.join('; '))
      : warn(
          'cron trigger',
          'there is none, so expired uploads are never aborted',
          `add [triggers] crons = ["*/15 * * * *"] to ${file}`,
        ),
  );
}
