import { html, type TemplateResult } from 'lit';

/** Control characters and bidirectional marks, which could make a name read as another. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The name as it is shown, without characters that would change how the rest of it reads. */
export function shownName(name: string): string {
  return name.replace(INVISIBLE, '\ufffd');
}

/** The extension without its dot; empty if there is none, or a long one. */
export function extensionOf(name: string): string {
  return /.\.([^.\s]{1,4})$/.exec(name)?.[1] ?? '';
}

/**
 * Cuts a name in two. The first piece may be truncated on the screen. The second is always visible:
 * the extension and a short last word before it, which often is a version or a counter; of a longer
 * word its last two letters, because an ellipsis right before a dot reads as four dots. Only letters
 * that do not join, which would be drawn differently at the cut.
 */
export function splitName(name: string): { stem: string; end: string } {
  const [, stem = name, end = ''] =
    /^(.+?)((?:[\s_.-][^\s_.-]{1,6})?(?:\.[^.\s]{1,8})?)$/s.exec(name) ?? [];
  const [, start = stem, letters = ''] = end.startsWith('.') ? (LAST_LETTERS.exec(stem) ?? []) : [];
  return { stem: start, end: letters + end };
}

/** The last two letters or digits of a longer word. */
const LAST_LETTERS =
  /^(.{4,}?)([\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{Nd}]{2})$/su;

/**
 * The folders and the name in one line, truncated in the middle; folders first. The two pieces are
 * hidden from screen readers, which would read them separately, and get the whole name instead.
 */
export function nameView(name: string, path?: string): TemplateResult {
  const folder = shownName(folderOf(path));
  const shown = folder + shownName(name);
  const { stem, end } = splitName(shownName(name));
  return html`<div part="name" class="name" title=${shown} translate="no" aria-hidden="true">
      <bdi dir="auto"
        >${folder && html`<span part="folder" class="folder">${folder}</span>`}<span class="stem"
          >${stem}</span
        ><span class="end">${end}</span></bdi
      >
    </div>
    <span class="sr" translate="no">${shown}</span>`;
}

/** The folders of a path, with a slash at the end; empty for a file that came without folders. */
export function folderOf(path = ''): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
