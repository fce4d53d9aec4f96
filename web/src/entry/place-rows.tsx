import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconTable } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type PlaceLine, placesBelowQuery } from '../api/places.ts';
import { count, plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { useMayEnter } from '../ui/use-may.ts';
import { MayEnter } from './may-enter.ts';

interface PlaceRowsProps {
  place: number;
  depth: number;
  /** So many places at once; the others come page by page, or by their names. */
  most: number;
  children: (places: PlaceLine[]) => ReactNode;
}

/** The places that are the rows of a sheet: those `depth` steps below one. What is typed in it stays while they change. */
export function PlaceRows({ place, depth, most, children }: PlaceRowsProps) {
  const [typed, setTyped] = useState('');
  const [first, setFirst] = useState(0);
  const [name] = useDebouncedValue(typed.trim(), 180);
  const mayEnter = useMayEnter(place);
  const places = useQuery(placesBelowQuery(place, depth, { limit: most, offset: first, name }));
  return (
    <Loaded query={places}>
      {({ objects, meta }) => {
        const total = meta.total_count ?? 0;
        const isLong = total > most || first > 0 || typed !== '';
        if (objects.length === 0 && !isLong) {
          return (
            <Nothing icon={IconTable} title="No rows">
              No place you see lies there. Choose other rows.
            </Nothing>
          );
        }
        return (
          <>
            {isLong && (
              <Group align="flex-end" gap="sm">
                <TextInput
                  label="Only places called"
                  placeholder="A part of the name"
                  value={typed}
                  onChange={({ currentTarget: { value } }) => {
                    setTyped(value);
                    setFirst(0);
                  }}
                />
                <Group gap={6} h={36}>
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={first === 0}
                    onClick={() => setFirst(Math.max(0, first - most))}
                  >
                    {count(most)} before
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={first + most >= total}
                    onClick={() => setFirst(first + most)}
                  >
                    Next {count(most)}
                  </Button>
                  <Text c="dimmed" fz="sm" role="status">
                    {objects.length === 0
                      ? 'No place is called so'
                      : `${count(first + 1)} to ${count(first + objects.length)} of ${plural(total, 'place')}`}
                  </Text>
                </Group>
              </Group>
            )}
            {!mayEnter && (
              <Text fz="sm" role="status">
                You may see these values, but not enter any: whoever looks after the place can give you the right.
              </Text>
            )}
            <MayEnter value={mayEnter}>{children(objects)}</MayEnter>
          </>
        );
      }}
    </Loaded>
  );
}
