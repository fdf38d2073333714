/** Reads which pages may call from the Worker's environment. */
import { wrong, type Reader } from './read-setting.ts';

/** Browsers and apps send origins in lower case, without a default port, and without a path. */
const ORIGIN = /^([a-z][a-z\d+.-]*):\/\/(\*\.)?([a-z\d.-]+|\[[\da-f:]+\])(:\d+)?$/;

/**
 * The origins of ALLOWED_ORIGINS: `*`, whole origins (`https://app.example.com`, and of an app
 * `capacitor://localhost`), and every subdomain of a domain (`https://*.example.com`).
 *
 * @throws ProblemError `misconfigured`.
 */
export function originsFrom(read: Reader): string[] {
  return read.list('ALLOWED_ORIGINS').map((text) => {
    if (text === '*' || isOrigin(text)) return text;
    if (isOrigin(text.replace(/\/+$/, ''))) {
      return wrong('ALLOWED_ORIGINS', 'has an origin with a slash at its end: leave the slash out');
    }
    return wrong(
      'ALLOWED_ORIGINS',
      'must be a list of origins such as https://app.example.com, https://*.example.com or capacitor://localhost: in lower case, without a path and without a default port',
    );
  });
}

function isOrigin(text: string): boolean {
  const [, scheme, wildcard, host = ''] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined) return false;
  // Everybody can have a subdomain of a top-level domain.
  if (wildcard !== undefined && !host.includes('.')) return false;
  if (scheme !== 'https' && scheme !== 'http') return true;
  const plain = wildcard === undefined ? text : text.replace('*.', '');
  return URL.parse(plain)?.origin === plain;
}
