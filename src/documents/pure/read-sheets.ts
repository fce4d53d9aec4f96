/** Of a workbook one sheet is read; undefined where there are no sheets. */
export interface ReadSheets {
  sheet: string | undefined;
  /** Those with values that were not read. */
  otherSheets: string[];
}

/** As the reading of a revision tells it. */
export function readSheets(reading: Record<string, unknown>): ReadSheets {
  const { sheet, other_sheets: others } = reading;
  return {
    sheet: typeof sheet === 'string' ? sheet : undefined,
    otherSheets: Array.isArray(others) ? others.map(String) : [],
  };
}
