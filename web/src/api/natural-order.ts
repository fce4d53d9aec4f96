const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** As people count: Ward 2 before Ward 10. The server compares letter by letter. */
export const naturally = (a: string, b: string): number => collator.compare(a, b);

/** Sorted so where it is the whole list: of a page of one only the server knows the order. */
export function wholeNaturally<T>(
  list: { meta: { next: string | null; offset: number }; objects: T[] },
  textOf: (one: T) => string,
): T[] {
  const { meta, objects } = list;
  return meta.next === null && meta.offset === 0
    ? objects.toSorted((a, b) => naturally(textOf(a), textOf(b)))
    : objects;
}
