/** Where on the site files are added: what was interrupted there is offered there, and nowhere else. */

/** A control, as far as its place depends on it. */
export interface PlaceSettings {
  readonly name: string | undefined;
  readonly id: string;
}

/** All controls on the page, in the order in which they came. */
const controls = new Set<PlaceSettings>();

/** The control is on the page. */
export function takePlace(control: PlaceSettings): void {
  controls.add(control);
}

/** The control has left the page. */
export function leavePlace(control: PlaceSettings): void {
  controls.delete(control);
}

/** The page and the control's name or id; of several that have the same, which one it is. */
export function placeOf(control: PlaceSettings): string {
  const name = nameOf(control);
  const namesakes = [...controls].filter((other) => nameOf(other) === name);
  const index = namesakes.indexOf(control);
  return `${location.pathname} ${name}${index > 0 ? ` ${index + 1}` : ''}`;
}

function nameOf({ name, id }: PlaceSettings): string {
  return name ?? id;
}
