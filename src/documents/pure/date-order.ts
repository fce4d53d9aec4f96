/** How the days of a document are written: an order of numbers, or a pattern. */
export const dateOrders = ['DMY', 'MDY', 'YMD'] as const;

const day = /^d$/;
const month = /^[mbB]$/;
const year = /^[Yy]$/;
const passedOver = /^[HMS%]$/;

/**
 * A declared date_order as it is kept; undefined: it is none. A pattern names day, month and year once each, with
 * %d, %m or %b or %B, %Y or %y; %H, %M and %S are read and passed over.
 */
export function dateOrderOf(text: string): string | undefined {
  const said = text.trim();
  if (!said.includes('%')) return dateOrders.find((order) => order === said.toUpperCase());
  const signs = [...said.matchAll(/%(.?)/gs)].map(([, sign]) => sign!);
  const count = (which: RegExp) => signs.filter((sign) => which.test(sign)).length;
  const isOnceEach = [day, month, year].every((which) => count(which) === 1);
  return isOnceEach && signs.length === 3 + count(passedOver) && said.length <= 100 ? said : undefined;
}
