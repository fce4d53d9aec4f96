import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconMapPin, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { placeSearchQuery, rootPlacesQuery } from '../api/places.ts';
import { sessionQuery } from '../api/session.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { useMay } from '../ui/use-may.ts';
import { ImportPlaces } from './import-places.tsx';
import { PlaceDetail } from './place-detail.tsx';
import { PlaceForm } from './place-form.tsx';
import { PlaceTree } from './place-tree.tsx';

/** The tree at the side, the chosen place beside it. */
export function PlacesPage() {
  const { place } = useParams({ strict: false }) as { place?: string };
  const selected = place !== undefined && /^\d{1,9}$/.test(place) ? Number(place) : undefined;
  const isAdmin = useIsAdmin();
  const may = useMay();
  const [creating, create] = useDisclosure();
  const [importing, upload] = useDisclosure();
  const user = useQuery(sessionQuery).data?.user;
  const roots = useQuery(rootPlacesQuery(user));
  const actions = (
    <>
      {may.manage && (
        <Button variant="default" leftSection={<IconUpload size={16} aria-hidden />} onClick={upload.open}>
          Import
        </Button>
      )}
      {isAdmin && (
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
          New place
        </Button>
      )}
    </>
  );
  return (
    <Page
      title="Places"
      about="Numbers are about places; what is stored below adds up to what is above."
      actions={actions}
    >
      <Loaded query={roots}>
        {(found) =>
          found.length === 0 ? <NoPlaces isScoped={!isAdmin} /> : <Panes asked={place} selected={selected} />
        }
      </Loaded>
      <PlaceForm opened={creating} close={create.close} parent={selected} />
      <ImportPlaces opened={importing} close={upload.close} />
    </Page>
  );
}

function NoPlaces({ isScoped }: { isScoped: boolean }) {
  return isScoped ? (
    <Nothing icon={IconMapPin} title="No place is yours yet">
      You see the places you are responsible for, and everything below them. Ask an administrator, or whoever looks
      after the place, to give you one.
    </Nothing>
  ) : (
    <Nothing icon={IconMapPin} title="No place yet">
      Import a CSV with the columns location_code, name, location_type, admin_level and parent_location_code, of which
      the import offers one to begin with, or make the first place by hand.
    </Nothing>
  );
}

function Panes({ asked, selected }: { asked: string | undefined; selected: number | undefined }) {
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [words] = useDebouncedValue(search.trim(), 180);
  const choose = (id: number) => void navigate({ to: `/places/${id}` as never });
  return (
    <div className="two-panes">
      <div className="panel">
        <TextInput
          aria-label="Search places"
          placeholder="Search by name or code"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          p={8}
        />
        {words === '' ? <PlaceTree selected={selected} onSelect={choose} /> : <Found words={words} />}
      </div>
      {selected === undefined && asked !== undefined ? (
        <Nothing icon={IconMapPin} title="There is no such place">
          The address names “{asked}”, which is no place. Choose one.
        </Nothing>
      ) : selected === undefined ? (
        <Nothing icon={IconMapPin} title="Choose a place">
          Its shape, what lies below it, who is responsible for it, and why somebody sees it or not.
        </Nothing>
      ) : (
        <PlaceDetail key={selected} id={selected} />
      )}
    </div>
  );
}

function Found({ words }: { words: string }) {
  const found = useQuery(placeSearchQuery(words));
  return (
    <Loaded query={found}>
      {(places) =>
        places.length === 0 ? (
          <Text c="dimmed" p="md" fz="sm">
            No place you see is called “{words}”.
          </Text>
        ) : (
          <div className="rows">
            {places.map((place) => (
              <Link key={place.id} to={`/places/${place.id}` as never} className="row-link">
                <div style={{ padding: '7px 14px' }}>
                  <Text fz="sm" fw={540}>
                    {place.name}
                  </Text>
                  <Text fz="xs" c="dimmed">
                    {place.location_type__name} · {place.location_code}
                  </Text>
                </div>
              </Link>
            ))}
          </div>
        )
      }
    </Loaded>
  );
}
