/**
 * Reads the store's XML and writes ours. The parser is strict: it rejects truncated documents and a
 * proxy's HTML, and expands only the five entities of XML.
 */
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { readCapped } from '../../util/read-capped.ts';

/** ListParts of 1,000 parts takes some 400 kB. */
const MAX_XML_BYTES = 2 * 1024 * 1024;

/** An element of an answer. */
export interface Xml {
  readonly name: string;
  /** Text of the first child of that name, trimmed; undefined if there is none or it is empty. */
  text(child: string): string | undefined;
  all(child: string): Xml[];
}

/** The document's root; undefined for anything that is not a complete XML document. */
export function readXml(body: string): Xml | undefined {
  try {
    // S3 sends white space, before or after the declaration, to keep a slow Complete's line open.
    const { root } = parseXml(body.trim());
    return root === null ? undefined : wrap(root);
  } catch {
    return undefined;
  }
}

/** The document's root, if it is an element of that name. */
export function readDocument(body: string | undefined, root: string): Xml | undefined {
  const xml = body === undefined ? undefined : readXml(body);
  return xml?.name === root ? xml : undefined;
}

function wrap(element: XmlElement): Xml {
  const children = (name: string): XmlElement[] =>
    element.children.filter(
      (child): child is XmlElement => child instanceof XmlElement && child.name === name,
    );
  return {
    name: element.name,
    text: (name) => children(name)[0]?.text.trim() || undefined,
    all: (name) => children(name).map(wrap),
  };
}

/**
 * The body as text; undefined if it is longer than any answer of S3.
 *
 * @throws what the stream throws if it breaks off.
 */
export async function readBody(response: Response): Promise<string | undefined> {
  const bytes = await readCapped(response.body, MAX_XML_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/** Escapes text for an element. Quotes stay, because the local R2 does not decode those of an ETag. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
