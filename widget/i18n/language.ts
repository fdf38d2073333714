/** The language that an element stands in: of the nearest `lang`, through shadow roots; else English. */
export function languageOf(element: Element): string {
  for (let node: Element | null = element; node; node = hostOf(node)) {
    const found = node.closest('[lang]')?.getAttribute('lang');
    if (found) return found;
  }
  return 'en';
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
