/** Components for pages. What they show needs a browser, so it is loaded once they are on the page. */
import { defineComponent, h, onBeforeUnmount, onMounted, ref } from 'vue';

/** The code of a fence, at work. */
export const LiveElement = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const place = ref<HTMLElement>();
    onMounted(async () => {
      const { showLive } = await import('./live.ts');
      if (place.value) showLive(place.value, decodeURIComponent(code));
    });
    onBeforeUnmount(() => place.value?.replaceChildren());
    return () => h('div', { class: 'live vp-raw', ref: place });
  },
});

/** The list of all states, the element in the one that is chosen, and its events. */
export const ElementStates = defineComponent({
  setup() {
    const names = ref<readonly string[]>([]);
    const place = ref<HTMLElement>();
    const log = ref<HTMLElement>();
    const show = async (name: string): Promise<void> => {
      const { showState } = await import('./states.ts');
      if (place.value && log.value) await showState(place.value, log.value, name);
    };
    onMounted(async () => {
      const [{ STATES }] = await Promise.all([import('./states.ts'), import('./live.ts')]);
      names.value = Object.keys(STATES);
      await show('Sending');
    });
    const choose = (event: Event): Promise<void> => show((event.target as HTMLSelectElement).value);
    return () => [
      h('p', [
        h('label', { for: 'state' }, 'State: '),
        h(
          'select',
          { id: 'state', class: 'state-choice', onChange: choose },
          names.value.map((name) => h('option', { selected: name === 'Sending' }, name)),
        ),
      ]),
      h('div', { class: 'live states vp-raw', ref: place }),
      h('p', { id: 'log-title' }, 'Events, newest first:'),
      h('div', { class: 'event-log', role: 'log', tabindex: 0, 'aria-labelledby': 'log-title' }, [
        h('ol', { ref: log }),
      ]),
    ];
  },
});
