import { html, type TemplateResult } from 'lit';

/** Control characters and the marks that turn a line around: a name could lie with them. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The name as it is shown: without anything that would change how the rest of it reads. */
export function shownName(name: string): string {
  return name.replace(INVISIBLE, '\ufffd');
}

/** A short extension without its dot, or nothing. */
export function extensionOf(name: string): string {
  return /.\.([^.\s]{1,4})$/.exec(name)?.[1] ?? '';
}

/**
 * Cuts a name in two: the first piece may be cut short on the screen; the second, the extension
 * with a short last word before it, where versions and counters stand, is always seen.
 */
export function splitName(name: string): { stem: string; end: string } {
  const [, stem = name, end = ''] =
    /^(.+?)((?:[\s_.-][^\s_.-]{1,6})?(?:\.[^.\s]{1,8})?)$/s.exec(name) ?? [];
  return { stem, end };
}

/**
 * The name in one line, cut in the middle. The two pieces are hidden from screen readers, which
 * would read them apart, and the whole name stands beside them for those.
 */
export function nameView(name: string): TemplateResult {
  const shown = shownName(name);
  const { stem, end } = splitName(shown);
  return html`<div part="name" class="name" title=${shown}>
    <bdi aria-hidden="true" dir="auto"
      ><span class="stem">${stem}</span><span class="end">${end}</span></bdi
    ><span class="sr">${shown}</span>
  </div>`;
}
