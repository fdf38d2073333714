interface Identified {
  readonly id: string;
}

/** The order that the user has given to a list whose members come and go. */
export class Arrangement {
  #ids: readonly string[] = [];

  /** The list in this order. What was added since comes last. */
  readonly arrange = <Item extends Identified>(list: readonly Item[]): readonly Item[] => {
    const rank = new Map(this.#ids.map((id, index) => [id, index]));
    const rankOf = ({ id }: Item): number => rank.get(id) ?? rank.size;
    return Object.freeze([...list].sort((a, b) => rankOf(a) - rankOf(b)));
  };

  /** Moves a member of the list to this place. Returns the place, within the list, or -1 without it. */
  move(list: readonly Identified[], id: string, to: number): number {
    const ids = list.map((item) => item.id);
    const from = ids.indexOf(id);
    if (from < 0) return -1;
    const place = Math.max(0, Math.min(ids.length - 1, to));
    ids.splice(from, 1);
    ids.splice(place, 0, id);
    this.#ids = ids;
    return place;
  }
}
