import { useQuery } from '@tanstack/react-query';
import type { Indicator } from '../api/indicators.ts';
import { dayValuesQuery } from '../api/values.ts';
import { day as dayText } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { daysOf, isWeekend, type Span, weekdayOf } from './days.ts';
import { EntrySheet } from './entry-sheet.tsx';
import { PlaceRows } from './place-rows.tsx';

interface DaySheetProps {
  span: Span;
  day: string;
  place: number;
  depth: number;
  indicators: Indicator[];
}

/** Rows at once: with 31 columns each, more than that makes typing slow. */
const mostRows = 120;

/** The days of a week or month: a column a day, a row a place, or a place and an indicator when there are several. */
export function DaySheet({ span, day, place, depth, indicators }: DaySheetProps) {
  const days = daysOf(span, day);
  const values = useQuery(
    dayValuesQuery({
      start_date: days[0],
      end_date: days.at(-1),
      location_id: place,
      location_depth: depth,
      indicator__in: indicators.map(({ id }) => id).join(','),
    }),
  );
  const isOne = indicators.length === 1;
  return (
    <PlaceRows place={place} depth={depth} most={Math.max(1, Math.floor(mostRows / indicators.length))}>
      {(places) => (
        <Loaded query={values}>
          {(found) => {
            const cells = new Map(
              found.map((cell) => [keyOf(cell.location_id, cell.indicator_id, cell.data_date), cell]),
            );
            const lines = places.flatMap((one) => indicators.map((indicator) => ({ place: one, indicator })));
            return (
              <EntrySheet
                corner={isOne ? 'Place' : 'Place, indicator'}
                narrow
                columns={days.map((one) => ({
                  key: one,
                  text: `${weekdayOf(one)} ${Number(one.slice(8))}`,
                  title: dayText(one),
                  quiet: isWeekend(one),
                }))}
                rowHeads={lines.map((line) => {
                  const text = isOne ? line.place.name : `${line.place.name}, ${line.indicator.name}`;
                  return { key: `${line.place.id} ${line.indicator.id}`, text, title: text };
                })}
                rows={lines.map((line) =>
                  days.map((one) => {
                    const key = keyOf(line.place.id, line.indicator.id, one);
                    return {
                      ...line,
                      key,
                      name: `${line.indicator.name}, ${line.place.name}, ${dayText(one)}`,
                      period: { data_date: one },
                      cell: cells.get(key),
                    };
                  }),
                )}
              />
            );
          }}
        </Loaded>
      )}
    </PlaceRows>
  );
}

const keyOf = (place: number, indicator: number, day: string | null | undefined) => `${place} ${indicator} ${day}`;
