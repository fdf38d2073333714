import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { ThemeEditor } from './editor/theme-editor.ts';
import { ElementStates, LiveElement } from './gallery/components.ts';
import './theme.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app
      .component('LiveElement', LiveElement)
      .component('ElementStates', ElementStates)
      .component('ThemeEditor', ThemeEditor);
  },
} satisfies Theme;
