import { Text } from '@mantine/core';
import { IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type PlaceLine, placesBelowQuery } from '../api/places.ts';
import { plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';

interface PlaceRowsProps {
  place: number;
  depth: number;
  /** So many places at once; more are said to be left out. */
  most: number;
  children: (places: PlaceLine[]) => ReactNode;
}

/** The places that are the rows of a sheet: those `depth` steps below one. */
export function PlaceRows({ place, depth, most, children }: PlaceRowsProps) {
  const places = useQuery(placesBelowQuery(place, depth, most));
  return (
    <Loaded query={places}>
      {({ objects, meta }) =>
        objects.length === 0 ? (
          <Nothing icon={IconTable} title="No rows">
            No place you see lies there. Choose other rows.
          </Nothing>
        ) : (
          <>
            {children(objects)}
            {(meta.total_count ?? 0) > most && (
              <Text c="dimmed" fz="sm">
                The first {most} of {plural(meta.total_count ?? 0, 'place')}: choose a place further down for the
                others.
              </Text>
            )}
          </>
        )
      }
    </Loaded>
  );
}
