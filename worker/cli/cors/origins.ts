/** Checks the origins that an operator names. */
import { UsageError } from '../usage-error.ts';

/**
 * The origins, each once.
 *
 * @throws UsageError if there is none, if one is not an origin, or if `*` is not alone.
 */
export function checkOrigins(origins: readonly string[]): readonly string[] {
  const distinct = [...new Set(origins)];
  if (distinct.length === 0) {
    throw wrong('is missing: name the origin of your pages, such as --origin https://app.example');
  }
  if (distinct.includes('*') && distinct.length > 1) {
    throw wrong('must be either * (every origin) or a list of origins, not both');
  }
  for (const origin of distinct) if (origin !== '*') assertOrigin(origin);
  return distinct;
}

function assertOrigin(text: string): void {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw wrong('must be an origin such as https://app.example');
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong('must not contain a user name or a password');
  }
  if (url.hostname.includes('*')) {
    throw wrong(
      'must not contain * in a host name: the Worker compares whole origins, so name each',
    );
  }
  if (url.origin === text) return;
  throw wrong(`must be an origin, without a path and as browsers write it: ${url.origin}`);
}

function wrong(what: string): UsageError {
  return new UsageError(`--origin ${what}.`, '--origin');
}
