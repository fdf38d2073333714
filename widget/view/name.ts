import { html, type TemplateResult } from 'lit';

/** Longer stems keep some of their end, where versions and counters stand. */
const LONG_STEM = 14;
const KEPT_OF_STEM = 5;
/** A whole last word up to this is better than a piece of one. */
const KEPT_WORD = /[\s_.-][^\s_.-]{1,7}$/u;
const LONGEST_EXTENSION = 10;

/** Control characters and the marks that turn a line around: a name could lie with them. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The name as it is shown: without anything that would change how the rest of it reads. */
export function shownName(name: string): string {
  return name.replace(INVISIBLE, '\ufffd');
}

/** The extension without its dot, or nothing. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot + 1) : '';
  return extension.length <= LONGEST_EXTENSION ? extension : '';
}

/** Cuts a name in two: the first piece may be cut short on the screen, the second is always seen. */
export function splitName(name: string): { stem: string; end: string } {
  const extension = extensionOf(name);
  const tail = extension ? `.${extension}` : '';
  const whole = tail ? name.slice(0, -tail.length) : name;
  const letters = graphemes(whole);
  if (letters.length <= LONG_STEM) return { stem: whole, end: tail };
  const kept = KEPT_WORD.exec(whole)?.[0] ?? letters.slice(-KEPT_OF_STEM).join('');
  return { stem: whole.slice(0, whole.length - kept.length), end: kept + tail };
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

/** As a reader counts letters: an emoji or an accent is never cut. */
function graphemes(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}
