import { readFileSync } from 'node:fs';
import { vegaFile } from './vega-file.ts';

/** Gapminder Foundation, CC BY 4.0, as the npm package vega-datasets ships it: 682 rows, 62 countries, 1955–2005. */
interface Row {
  country: string;
  year: number;
  pop: number;
  life_expect: number;
  fertility: number;
}

/** Something wrong that was put in on purpose, and what must be said about it. `row` counts data rows from 1. */
export interface Fault {
  row: number;
  column: string | null;
  what: string;
}

export interface DirtyFile {
  name: string;
  bytes: Buffer;
  rows: number;
  /** Untidiness that is cleaned without a word to say: how often. */
  tidied: Record<string, number>;
  faults: Fault[];
}

const header = ['Country', 'Year', 'Population', 'Life expectancy', 'Fertility'];

/**
 * The table as it might come back from a ministry's spreadsheet: semicolons, decimal commas, spaces as thousands
 * separators, five spellings of "no value", stray blanks, Windows line ends, and sixteen real faults.
 */
export function dirtyGapminder(): DirtyFile {
  const rows = (JSON.parse(readFileSync(vegaFile('gapminder.json'), 'utf8')) as Row[]).map((row) => [
    row.country,
    String(row.year),
    grouped(row.pop),
    comma(row.life_expect),
    comma(row.fertility),
  ]);
  const tidied = {
    'decimal commas': rows.length * 2,
    'thousands separators': rows.length,
    'blanks around names': 0,
    'words for no value': 0,
  };
  rows.forEach((row, index) => {
    if (index % 9 === 4) {
      row[0] = `  ${row[0]} `;
      tidied['blanks around names'] += 1;
    }
    if (index % 61 === 30) {
      row[4] = ['n/a', '-', 'NA', 'missing', '…'][Math.floor(index / 61) % 5]!;
      tidied['words for no value'] += 1;
    }
  });

  const faults: Fault[] = [];
  const spoil = (row: number, column: string, text: string, what: string) => {
    rows[row - 1]![header.indexOf(column)] = text;
    faults.push({ row, column, what });
  };
  spoil(12, 'Life expectancy', 'unknown', 'a word where a number belongs');
  spoil(57, 'Life expectancy', '438,8', 'a slipped decimal comma: nobody lives 438 years');
  spoil(101, 'Year', 'nineteen-sixty', 'a year in words');
  spoil(149, 'Year', '19555', 'a year with a digit too many');
  spoil(203, 'Population', '-4 120 000', 'fewer than no people');
  spoil(260, 'Population', '12 345 67O', 'the letter O for a zero');
  spoil(311, 'Country', '', 'no country');
  spoil(377, 'Fertility', '5,1,2', 'two decimal commas');
  spoil(402, 'Fertility', 'ca. 3', 'an estimate in words');
  spoil(455, 'Life expectancy', '-1', 'minus one as "not measured"');
  spoil(508, 'Fertility', '61', 'sixty-one children a woman');
  rows[549]!.pop();
  faults.push({ row: 550, column: null, what: 'a missing cell' });
  rows[590]!.push('see note 4');
  faults.push({ row: 591, column: null, what: 'a cell too many' });
  for (const copied of [15, 222, 640]) {
    rows.push([...rows[copied - 1]!]);
    faults.push({ row: rows.length, column: null, what: `row ${copied} a second time` });
  }
  const text = [header, ...rows].map((row) => row.join(';')).join('\r\n');
  return { name: 'gapminder-dirty.csv', bytes: Buffer.from(`\uFEFF${text}\r\n`), rows: rows.length, tidied, faults };
}

const comma = (value: number) => String(value).replace('.', ',');
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
