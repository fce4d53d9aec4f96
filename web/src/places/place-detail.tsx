import { Anchor, Badge, Breadcrumbs, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import {
  childPlacesQuery,
  deletePlace,
  explainQuery,
  type Place,
  placePathQuery,
  placeQuery,
  shapesQuery,
} from '../api/places.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Fact } from '../ui/fact.tsx';
import { plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { ShapeMap } from '../ui/shape-map.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useLeave } from '../ui/use-leave.ts';
import { PlaceForm } from './place-form.tsx';
import { PlacePeople } from './place-people.tsx';

export function PlaceDetail({ id }: { id: number }) {
  const place = useQuery(placeQuery(id));
  return <Loaded query={place}>{(found) => <Detail place={found} />}</Loaded>;
}

function Detail({ place }: { place: Place }) {
  const mine = useQuery(explainQuery(place.id)).data;
  const mayManage = mine?.manage.granted === true;
  return (
    <Stack>
      <section className="panel" aria-label={place.name} style={{ padding: 16 }}>
        <Path place={place} />
        <Group justify="space-between" align="flex-start" mb="sm">
          <Group gap={10}>
            <Title order={2}>{place.name}</Title>
            <Badge color="gray">{place.location_type__name}</Badge>
          </Group>
          {mayManage && <Actions place={place} />}
        </Group>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md" mb="md">
          <Fact label="Code">{place.location_code}</Fact>
          <Fact label="Also called">{place.aliases.length === 0 ? '–' : place.aliases.join(', ')}</Fact>
          <Fact label="Position">{place.latitude === null ? '–' : `${place.latitude}, ${place.longitude}`}</Fact>
          <Fact label="You may">{mine === undefined ? '…' : mayOf(mine)}</Fact>
        </SimpleGrid>
        <Below place={place} />
      </section>
      <PlacePeople place={place} mayManage={mayManage} />
    </Stack>
  );
}

const mayOf = (mine: { capture: { granted: boolean }; manage: { granted: boolean } }): string =>
  mine.manage.granted ? 'see, enter, look after' : mine.capture.granted ? 'see and enter values' : 'see values';

function Path({ place }: { place: Place }) {
  const path = useQuery(placePathQuery(place.id)).data ?? [];
  if (path.length < 2) return null;
  return (
    <Breadcrumbs component="nav" aria-label="Where it lies" separatorMargin={6} mb={6} style={{ flexWrap: 'wrap' }}>
      {path.slice(0, -1).map(({ id, name }) => (
        <Anchor key={id} renderRoot={(props) => <Link to={`/places/${id}` as never} {...props} />} c="dimmed" fz="sm">
          {name}
        </Anchor>
      ))}
    </Breadcrumbs>
  );
}

function Below({ place }: { place: Place }) {
  const navigate = useNavigate();
  const own = useQuery(shapesQuery({ location_id: place.id, location_depth: 0 })).data;
  const below = useQuery(shapesQuery({ location_id: place.id, location_depth: 1 })).data;
  const children = useQuery(childPlacesQuery(place.id)).data;
  const hasShape = (own?.length ?? 0) + (below?.length ?? 0) > 0;
  return (
    <SimpleGrid cols={{ base: 1, sm: hasShape && (children?.length ?? 0) > 0 ? 2 : 1 }} spacing="md">
      {hasShape ? (
        <ShapeMap
          label={`Map of ${place.name}`}
          ground={own?.[0]}
          shapes={below ?? []}
          onChoose={(id) => void navigate({ to: `/places/${id}` as never })}
        />
      ) : (
        <Text c="dimmed" fz="sm">
          No shape yet. Import GeoJSON whose features carry location_code “{place.location_code}”.
        </Text>
      )}
      {children !== undefined && children.length > 0 && (
        <div>
          <Text fz="sm" c="dimmed" mb={4}>
            {plural(children.length, 'place')} directly below
          </Text>
          <Group gap={6} mah={240} style={{ overflow: 'auto' }}>
            {children.map(({ id, name }) => (
              <Button
                key={id}
                variant="default"
                size="compact-sm"
                renderRoot={(props) => <Link to={`/places/${id}` as never} {...props} />}
              >
                {name}
              </Button>
            ))}
          </Group>
        </div>
      )}
    </SimpleGrid>
  );
}

function Actions({ place }: { place: Place }) {
  const [changing, change] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const leave = useLeave('places');
  const erase = useMutation({
    mutationFn: () => deletePlace(place.id),
    onError: toastProblem,
    onSuccess: async () => {
      await leave(place.parent_location_id === null ? '/places' : `/places/${place.parent_location_id}`);
      toastDone(`${place.name} is deleted.`);
    },
    onSettled: remove.close,
  });
  return (
    <Group gap={6}>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPencil size={15} aria-hidden />}
        onClick={change.open}
      >
        Change or move
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={15} aria-hidden />}
        onClick={remove.open}
      >
        Delete
      </Button>
      <PlaceForm opened={changing} close={change.close} place={place} />
      <Confirm
        opened={deleting}
        close={remove.close}
        title={`Delete ${place.name}?`}
        action="Delete the place"
        danger
        loading={erase.isPending}
        onConfirm={() => erase.mutate()}
      >
        Its shape goes with it. A place that has places below it or values is not deleted; the answer says what is in
        the way.
      </Confirm>
    </Group>
  );
}
