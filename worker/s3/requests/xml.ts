/**
 * Reads the store's XML and writes ours. A strict parser: what is cut off, or is a proxy's HTML, is
 * no document, and there are no entities but the five of XML to expand.
 */
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { readCapped } from '../../util/read-capped.ts';

/** ListParts of 1,000 parts takes some 400 kB. */
const MAX_XML_BYTES = 2 * 1024 * 1024;

/** An element of an answer. */
export interface Xml {
  readonly name: string;
  /** Text of the first child of that name, trimmed; undefined where there is none or it is empty. */
  text(child: string): string | undefined;
  all(child: string): Xml[];
}

/** The document's root; undefined for anything that is not a whole XML document. */
export function readXml(body: string): Xml | undefined {
  try {
    // S3 sends white space, before or after the declaration, to keep a slow Complete's line open.
    const { root } = parseXml(body.trim());
    return root === null ? undefined : wrap(root);
  } catch {
    return undefined;
  }
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

/** The body as text; undefined where it is longer than any answer of S3's, or breaks off. */
export async function readBody(response: Response): Promise<string | undefined> {
  const bytes = await readCapped(response.body, MAX_XML_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/** Text for an element. Quotes stay: the local R2 looks for an ETag's own, and decodes nothing. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
