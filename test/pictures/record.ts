/** What of a picture can be written down: the box, the text and the colours of everything that is seen. */

/** One thing that is seen: its name, and its box in pixels from the corner of its scene. */
export interface Seen {
  readonly name: string;
  readonly box: readonly [left: number, top: number, width: number, height: number];
  readonly text: string;
  readonly colours: string;
}

/** By the name of the scene. */
export type Records = Readonly<Record<string, readonly Seen[]>>;

/** Records everything that is drawn in a scene, in the order of the document. */
export function record(scene: HTMLElement): readonly Seen[] {
  const root = scene.querySelector('s3-upload')?.shadowRoot;
  const corner = scene.getBoundingClientRect();
  return [...(root?.querySelectorAll<HTMLElement>('*') ?? [])].flatMap((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const text = ownText(element);
    const isNamed = element.part?.length > 0 || element.localName === 'path' || text !== '';
    if (!isNamed || width <= 1 || height <= 1 || element.closest('.sr')) return [];
    const box = [left - corner.left, top - corner.top, width, height] as const;
    return [{ name: nameOf(element), box, text, colours: coloursOf(element) }];
  });
}

function nameOf(element: Element): string {
  return element.part?.value || element.classList[0] || element.localName;
}

function ownText(element: Element): string {
  const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
  return texts
    .map(({ textContent }) => textContent)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

function coloursOf(element: Element): string {
  const style = getComputedStyle(element);
  const isBordered = style.borderStyle !== 'none' && style.borderTopWidth !== '0px';
  return [
    hex(style.color),
    `on ${hex(style.backgroundColor)}`,
    ...(isBordered ? [`${style.borderTopStyle} ${hex(style.borderTopColor)}`] : []),
    ...(element.localName === 'path' ? [`stroke ${hex(style.stroke)}`] : []),
  ].join(' ');
}

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true });
const known = new Map<string, string>();

/** In whatever notation the browser gives a colour. */
function hex(colour: string): string {
  let found = known.get(colour);
  if (found === undefined && context) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const bytes = context.getImageData(0, 0, 1, 1).data;
    found = `#${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    known.set(colour, found);
  }
  return found ?? '';
}
