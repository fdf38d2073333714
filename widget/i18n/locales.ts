import type { Messages } from './en.ts';

/**
 * Kept on the global object: a locale module that a page loads beside the one-file bundle has its
 * own copy of this one, and must still reach the element's.
 */
const KEY: unique symbol = Symbol.for('s3-upload.locales') as never;

interface Locales {
  readonly messages: Map<string, Messages>;
  readonly listeners: Set<() => void>;
}

const shared = globalThis as { [KEY]?: Locales };
const locales: Locales = (shared[KEY] ??= { messages: new Map(), listeners: new Set() });

/** Teaches every `<s3-upload>` on the page a language, by its BCP 47 tag such as `pt-BR` or `de`. */
export function registerLocale(tag: string, messages: Messages): void {
  locales.messages.set(tag.toLowerCase(), messages);
  for (const listener of locales.listeners) listener();
}

/** The messages for the tag, or for its language alone, or none. */
export function messagesOf(tag: string): Messages {
  for (
    let rest = tag.toLowerCase();
    rest;
    rest = rest.slice(0, Math.max(0, rest.lastIndexOf('-')))
  ) {
    const found = locales.messages.get(rest);
    if (found) return found;
  }
  return {};
}

/** Calls back whenever a language is registered; returns how to stop. */
export function onLocale(listener: () => void): () => void {
  locales.listeners.add(listener);
  return () => locales.listeners.delete(listener);
}
