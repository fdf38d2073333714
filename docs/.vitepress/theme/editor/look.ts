/** A look that is made in the theme editor, and the CSS of it. Free of the DOM. */

/** The default look, and the style sheets of docs/themes. */
export type ThemeName = 'default' | 'bare-button' | 'table' | 'cards';

export interface Theme {
  /** In the list of themes. */
  readonly title: string;
  readonly selector: string;
  /** As its style sheet sets it, in pixels. */
  readonly radius: number;
  readonly density: number;
  /** Parts with corners of their own, and their radius as a share of the zone's. */
  readonly corners: Readonly<Record<string, number>>;
}

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  default: {
    title: 'The default look',
    selector: 's3-upload',
    radius: 12,
    density: 1,
    corners: { thumb: 0.6 },
  },
  'bare-button': {
    title: 'Bare button',
    selector: 's3-upload.bare-button',
    radius: 12,
    density: 0.6,
    corners: { button: 0.5 },
  },
  table: {
    title: 'Table',
    selector: '.table s3-upload',
    radius: 0,
    density: 0.5,
    corners: { thumb: 0.6 },
  },
  cards: {
    title: 'Cards',
    selector: 's3-upload.cards',
    radius: 18,
    density: 1,
    corners: { row: 1, thumb: 0.6 },
  },
};

export type ColourName = 'accent' | 'background' | 'text';
/** `#rrggbb` each. A colour that is not set is the element's or the page's own. */
export type Colours = Partial<Record<ColourName, string>>;
/** A page is light or dark by its `color-scheme`. */
export type Scheme = 'light' | 'dark';

export interface Look {
  readonly theme: ThemeName;
  readonly light: Colours;
  readonly dark: Colours;
  /** Corners of the zone, in pixels. */
  readonly radius?: number | undefined;
  readonly density?: number | undefined;
  /** In pixels of a page whose user has not changed the size of text. */
  readonly fontSize?: number | undefined;
}

export const UNCHANGED: Look = { theme: 'default', light: {}, dark: {} };

const PIXELS_PER_REM = 16;

/** The style sheet of the look, which begins with that of its theme. */
export function cssOf(look: Look, themeCss: string): string {
  const { selector, corners, radius: themeRadius } = THEMES[look.theme];
  const { radius, density, fontSize } = look;
  const background = colour(look, ({ background }) => background);
  const rules = [
    rule(selector, {
      '--s3-upload-accent': colour(look, ({ accent }) => accent),
      '--s3-upload-paper': colour(look, ({ accent }) => accent && readableOn(accent)),
      '--s3-upload-radius': radius === undefined ? undefined : `${radius}px`,
      '--s3-upload-density': density === undefined ? undefined : String(density),
      'border-radius': background && `${radius ?? themeRadius}px`,
      padding: background && '16px',
      background,
      color: colour(look, ({ text, background }) => text ?? (background && readableOn(background))),
      'font-size': fontSize === undefined ? undefined : `${fontSize / PIXELS_PER_REM}rem`,
    }),
    ...Object.entries(corners).map(([part, share]) =>
      rule(`${selector}::part(${part})`, {
        'border-radius': radius === undefined ? undefined : `${Math.round(radius * share)}px`,
      }),
    ),
  ];
  const changes = rules.filter(Boolean).join('\n');
  const title = themeCss && changes && '\n/* What differs from the theme. */';
  return [themeCss.trim(), title, changes].filter(Boolean).join('\n');
}

/** Black or white, whichever has more contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function readableOn(ground: string): string {
  const luminance = luminanceOf(ground);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

/** Relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminanceOf(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A colour that is set for pages of one kind alone is used on the others too. */
function colour(
  { light, dark }: Look,
  choose: (colours: Colours) => string | undefined,
): string | undefined {
  const onLight = choose({ ...dark, ...light });
  const onDark = choose({ ...light, ...dark });
  return onLight === onDark ? onLight : `light-dark(${onLight}, ${onDark})`;
}

function rule(selector: string, declarations: Record<string, string | undefined>): string {
  const lines = Object.entries(declarations)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name}: ${value};\n`);
  return lines.length === 0 ? '' : `${selector} {\n${lines.join('')}}`;
}
