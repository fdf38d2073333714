/** Takes secrets out of text that goes to the log. */

/** Longer than a name, and so perhaps a key, a signature or a part of a token; a path has no `+` or digit beside a capital. */
const LONG_RUNS = /[\w+=-]{28,}|(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])[\w+/=-]{28,}/g;
/** `Authorization` and `Cookie` headers, settings, and the queries of URLs, which hold signatures. */
const NAMED_VALUES =
  /(\b(?:authorization|bearer|basic|cookie|\w*(?:secret|token|password|key)\w*)["']?[\s:=]+)(?:(?:bearer|basic) +)?["']?[^\s"',;]+|(\?)[^\s"'<>]+/gi;

/** The places in a stack, whose paths may look like secrets. */
const FRAMES = /(^ +at .+:\d+:\d+\)?$)/m;

/** The longest stack that a log line has. */
const MAX_LENGTH = 2000;

/** The text without anything that looks like a secret. */
export function redact(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .split(FRAMES)
    .map((part, index) =>
      index % 2 ? part : part.replaceAll(NAMED_VALUES, '$1$2…').replaceAll(LONG_RUNS, '…'),
    )
    .join('');
}
