import type { Messages } from './en.ts';

/** Fired on the global object when a language has been learnt. */
export const LOCALE_EVENT = 's3-upload-locale';

/**
 * Kept on the global object: a locale module that a page loads beside the one-file bundle has its
 * own copy of this one, and must still reach the element's.
 */
const shared = globalThis as { s3UploadLocales?: Record<string, Messages> };
const locales: Record<string, Messages> = (shared.s3UploadLocales ??= {});

/** Teaches every `<s3-upload>` on the page a language, by its BCP 47 tag such as `pt-BR` or `de`. */
export function registerLocale(tag: string, messages: Messages): void {
  locales[tag] = messages;
  globalThis.dispatchEvent?.(new Event(LOCALE_EVENT));
}

/** The messages for the canonical tag, or for its language alone, or none. */
export function messagesOf(tag: string): Messages {
  return locales[tag] ?? locales[tag.split('-')[0] ?? ''] ?? {};
}
