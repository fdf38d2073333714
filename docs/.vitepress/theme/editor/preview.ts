/** The element in the look that is edited, on an empty page of its own: the site's styles do not reach it. */
import bareButton from '../../../themes/bare-button.css?raw';
import cards from '../../../themes/cards.css?raw';
import table from '../../../themes/table.css?raw';
import { drawState } from '../gallery/states.ts';
import { cssOf, type ColourName, type Look, type Scheme, type ThemeName } from './look.ts';

const THEME_CSS: Readonly<Record<ThemeName, string>> = {
  default: '',
  'bare-button': bareButton,
  table,
  cards,
};

const PAGE_CSS = `
.page {
  all: initial;
  display: block;
  box-sizing: border-box;
  min-block-size: 100%;
  padding: 20px;
  border-radius: 8px;
  font: 16px/1.5 system-ui, sans-serif;
  background: Canvas;
  color: CanvasText;
}
.light { color-scheme: light }
.dark { color-scheme: dark }`;

/** The style sheet that is shown and copied. */
export function styleSheetOf(look: Look): string {
  return cssOf(look, THEME_CSS[look.theme]);
}

export class Preview {
  readonly #page = document.createElement('div');
  readonly #sheet = new CSSStyleSheet();
  #drawn = '';

  constructor(place: HTMLElement) {
    const root = place.attachShadow({ mode: 'open' });
    const own = new CSSStyleSheet();
    own.replaceSync(PAGE_CSS);
    root.adoptedStyleSheets = [own, this.#sheet];
    root.append(this.#page);
  }

  /** The element itself is drawn anew only if its theme or its state is another. */
  async show(look: Look, scheme: Scheme, state: string): Promise<void> {
    this.#sheet.replaceSync(styleSheetOf(look));
    this.#page.className = `page ${scheme}`;
    const drawn = `${look.theme} ${state}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const element = document.createElement('s3-upload');
    element.noDrop = look.theme === 'bare-button';
    const place = document.createElement('div');
    if (look.theme === 'table') place.className = look.theme;
    else if (look.theme !== 'default') element.className = look.theme;
    this.#page.replaceChildren(place);
    await drawState(place, element, state);
  }

  /** The colours that are seen where none are set, as `#rrggbb`. */
  colours(): Readonly<Record<ColourName, string>> {
    const element = this.#page.querySelector('s3-upload');
    const button = element?.shadowRoot?.querySelector('[part~="button"]') ?? this.#page;
    const { backgroundColor, color } = getComputedStyle(element ?? this.#page);
    const ground = getComputedStyle(this.#page).backgroundColor;
    return {
      accent: hexOf(getComputedStyle(button).color),
      background: hexOf(ground, backgroundColor),
      text: hexOf(color),
    };
  }
}

/** What is seen where these colours lie over each other. */
function hexOf(...layers: readonly string[]): string {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!context) return '#000000';
  for (const layer of layers) {
    context.fillStyle = layer;
    context.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
