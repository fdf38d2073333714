/** The checks of `s3-upload doctor`, as they run beside the first request in development. */
import type { Env } from '../../config/read-setting.ts';
import type { KV } from '../../ledger/kv.ts';
import { PATHS } from '../../protocol/paths.ts';
import { defectOf } from '../../util/log.ts';
import { checkBucket } from '../doctor/store/bucket.ts';
import { warn, pass, type Finding, type Note } from '../doctor/finding.ts';
import { checkKeyValueStore } from '../doctor/key-value-store.ts';
import { checkOriginsAllowed, checkSettings } from '../doctor/settings.ts';

/** What the signer runs with. */
export interface Running {
  readonly settings: Env;
  /** Whatever is bound there. */
  readonly kv: unknown;
}

/**
 * Returns a function for the requests of a signer that runs in development. At the first one that is not
 * for `/health`, it checks the settings, the key-value store and the bucket, for the page that has sent
 * the request. It prints what does not pass, or one line if everything does.
 *
 * The promise is that of the checks, which nothing needs to wait for. It is never rejected.
 */
export function checksAtFirstRequest(
  print: Note,
): (request: Request, running: Running) => Promise<void> {
  let isFirst = true;
  return async (request, running) => {
    if (!isFirst || new URL(request.url).pathname === PATHS.health) return;
    isFirst = false;
    await check(request, running, print);
  };
}

async function check(request: Request, { settings, kv }: Running, print: Note): Promise<void> {
  const findings: Finding[] = [];
  const note: Note = (finding) => {
    findings.push(finding);
    if (finding.level !== 'pass') print(finding);
  };
  try {
    const sources = { env: settings, devVars: {}, vars: {}, config: undefined };
    const options = checkSettings(settings, sources, note);
    await checkKeyValueStore(kv as KV, note);
    if (options === undefined) return;
    const page = pageOf(request);
    const isOwn = page === new URL(request.url).origin;
    if (page !== undefined && !isOwn) checkOriginsAllowed(options, [page], note);
    await checkBucket(settings, page === undefined ? [] : [page], note);
  } catch (error) {
    const { message } = defectOf(error);
    note(warn('checks', `they ended early: ${String(message)}`, 'run npx s3-upload doctor'));
  }
  if (findings.every(({ level }) => level === 'pass')) {
    print(pass('checks', `all ${findings.length} passed, of the settings and the bucket`));
  }
}

/**
 * The origin of the page that has sent this request; undefined if it was not a page. For a GET to their
 * own origin, browsers send no `Origin`.
 */
function pageOf({ url, headers }: Request): string | undefined {
  const origin = headers.get('origin');
  if (origin !== null) return /^https?:/.test(origin) ? origin : undefined;
  return headers.get('sec-fetch-site') === 'same-origin' ? new URL(url).origin : undefined;
}
