/** Controls for the element's look, the element in it, and its CSS. */
import { defineComponent, h, onMounted, ref, shallowRef, watch, type VNode } from 'vue';
import { THEMES, UNCHANGED, type ColourName, type Look, type Scheme } from './look.ts';

const COLOURS: Readonly<Record<ColourName, string>> = {
  accent: 'Accent',
  background: 'Background',
  text: 'Text',
};
const FIRST_STATE = 'Sending';

interface Range {
  readonly title: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** What is shown of the value. */
  readonly text: (value: number) => string;
}

type RangeName = 'radius' | 'density' | 'fontSize';

const RANGES: Readonly<Record<RangeName, Range>> = {
  radius: { title: 'Corners', least: 0, most: 28, step: 1, text: pixels },
  density: { title: 'Spacing', least: 0.4, most: 1.6, step: 0.1, text: percent },
  fontSize: { title: 'Text size', least: 12, most: 22, step: 1, text: pixels },
};

/** The component. Nothing of it needs the browser before it is on the page. */
export const ThemeEditor = defineComponent({
  setup() {
    const look = shallowRef<Look>(UNCHANGED);
    const scheme = ref<Scheme>('light');
    const state = ref(FIRST_STATE);
    const states = ref<readonly string[]>([]);
    const seen = ref<Readonly<Record<ColourName, string>>>();
    const css = ref('');
    const message = ref('');
    const place = ref<HTMLElement>();
    const shown = ref<HTMLElement>();
    const code = ref<HTMLElement>();
    const change = (changes: Partial<Look>): void => {
      look.value = { ...look.value, ...changes };
    };
    const setColour = (name: ColourName, value: string | undefined): void => {
      const { [name]: _, ...others } = look.value[scheme.value];
      change({ [scheme.value]: value === undefined ? others : { ...others, [name]: value } });
    };

    onMounted(async () => {
      scheme.value = document.documentElement.classList.contains('dark') ? 'dark' : 'light';
      const [{ Preview, styleSheetOf }, { STATES }] = await Promise.all([
        import('./preview.ts'),
        import('../gallery/states.ts'),
        import('../gallery/live.ts'),
      ]);
      if (!place.value) return;
      states.value = Object.keys(STATES);
      const preview = new Preview(place.value);
      const show = async (): Promise<void> => {
        css.value = styleSheetOf(look.value);
        message.value = '';
        await preview.show(look.value, scheme.value, state.value);
        seen.value = preview.colours();
        // What is changed stands below the rules of the theme.
        shown.value?.scrollTo({ top: shown.value.scrollHeight });
      };
      watch([look, scheme, state], show);
      await show();
    });

    const copy = async (): Promise<void> => {
      try {
        await navigator.clipboard.writeText(css.value);
        message.value = 'Copied.';
      } catch {
        // Without HTTPS there is no clipboard, and the user may forbid it.
        if (code.value) getSelection()?.selectAllChildren(code.value);
        message.value = 'The CSS is selected: copy it with the keyboard or the menu.';
      }
    };

    const colourField = (name: ColourName): VNode => {
      const own = look.value[scheme.value][name];
      return h('div', { class: 'field' }, [
        h('label', { for: `look-${name}` }, COLOURS[name]),
        h('input', {
          id: `look-${name}`,
          type: 'color',
          value: own ?? seen.value?.[name] ?? '#000000',
          onInput: (event: Event) => setColour(name, valueOf(event)),
        }),
        h(
          'button',
          {
            type: 'button',
            disabled: own === undefined,
            'aria-label': `Reset ${COLOURS[name].toLowerCase()}`,
            onClick: () => setColour(name, undefined),
          },
          'Reset',
        ),
      ]);
    };
    const rangeField = (name: RangeName): VNode => {
      const { title, least, most, step, text } = RANGES[name];
      const theme = THEMES[look.value.theme];
      const value = look.value[name] ?? (name === 'fontSize' ? 16 : theme[name]);
      return h('div', { class: 'field' }, [
        h('label', { for: `look-${name}` }, title),
        h('input', {
          id: `look-${name}`,
          type: 'range',
          min: least,
          max: most,
          step,
          value,
          onInput: (event: Event) => change({ [name]: Number(valueOf(event)) }),
        }),
        h('output', { for: `look-${name}` }, text(value)),
      ]);
    };

    return () =>
      h('div', { class: 'theme-editor' }, [
        h('div', { class: 'controls' }, [
          choice('theme', 'Theme', look.value.theme, themeTitles(), (theme) =>
            change({ theme: theme as Look['theme'] }),
          ),
          choice('scheme', 'Page', scheme.value, { light: 'Light', dark: 'Dark' }, (value) => {
            scheme.value = value as Scheme;
          }),
          choice('state', 'State', state.value, sameNames(states.value), (name) => {
            state.value = name;
          }),
          rangeField('radius'),
          rangeField('density'),
          ...(Object.keys(COLOURS) as ColourName[]).map(colourField),
          rangeField('fontSize'),
          h(
            'button',
            {
              type: 'button',
              onClick: () => change({ ...UNCHANGED, theme: look.value.theme, ...NOTHING_SET }),
            },
            'Reset all',
          ),
        ]),
        h('div', { class: 'preview vp-raw', ref: place }),
        h(
          'pre',
          {
            class: 'made',
            ref: shown,
            tabindex: 0,
            role: 'region',
            'aria-label': 'The CSS of this look',
          },
          h('code', { ref: code }, css.value || '/* The default look needs no CSS. */'),
        ),
        h('div', { class: 'copying' }, [
          h(
            'button',
            { type: 'button', onClick: copy, disabled: css.value === '' },
            'Copy the CSS',
          ),
          h('span', { role: 'status' }, message.value),
        ]),
      ]);
  },
});

const NOTHING_SET = { radius: undefined, density: undefined, fontSize: undefined } as const;

function choice(
  name: string,
  title: string,
  chosen: string,
  options: Readonly<Record<string, string>>,
  onChoose: (value: string) => void,
): VNode {
  const id = `look-${name}`;
  return h('div', { class: 'field' }, [
    h('label', { for: id }, title),
    h(
      'select',
      { id, onChange: (event: Event) => onChoose(valueOf(event)) },
      Object.entries(options).map(([value, text]) =>
        h('option', { value, selected: value === chosen }, text),
      ),
    ),
  ]);
}

function pixels(value: number): string {
  return `${value} px`;
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function themeTitles(): Record<string, string> {
  return Object.fromEntries(Object.entries(THEMES).map(([name, { title }]) => [name, title]));
}

function sameNames(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
