/** The two kinds of periods: the table of cells that have a row, and the view of all cells. */
export const kinds = {
  campaign: {
    table: 'aggregate',
    cells: 'campaign_cell',
    period: 'campaign_id',
    type: 'integer',
    bucket: 'campaign_id',
  },
  date: {
    table: 'date_aggregate',
    cells: 'date_cell',
    period: 'data_date',
    type: 'date',
    bucket: "(data_date - date '2000-01-01')",
  },
} as const;
export type Kind = keyof typeof kinds;

/** A campaign's id, or a day as `YYYY-MM-DD`. */
export type Period = number | string;
