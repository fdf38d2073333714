import type { Messages } from './en.ts';

/** Dispatched on the global object when a locale has been registered. */
export const LOCALE_EVENT = 's3-upload-locale';

/**
 * Kept on the global object, because a locale module that a page loads beside the bundle has its own
 * copy of this module, and must still reach the element's.
 */
const shared = globalThis as { s3UploadLocales?: Record<string, Messages> };
const locales: Record<string, Messages> = (shared.s3UploadLocales ??= {});

/** Registers texts for every `<s3-upload>` on the page, by BCP 47 tag such as `pt-BR` or `de`. */
export function registerLocale(tag: string, messages: Messages): void {
  locales[tag] = messages;
  globalThis.dispatchEvent?.(new Event(LOCALE_EVENT));
}

/** The messages for the canonical tag, otherwise for its language, otherwise none. */
export function messagesOf(tag: string): Messages {
  return locales[tag] ?? locales[tag.split('-')[0] ?? ''] ?? {};
}
