import { Button, Group, Modal, NumberInput, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { changePlace, createPlace, type Place, type PlaceFields, placeTypesQuery } from '../api/places.ts';
import { fieldError } from '../api/problem.ts';
import { Failure } from '../ui/failure.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { toastDone } from '../ui/toast.tsx';

interface PlaceFormProps {
  opened: boolean;
  close: () => void;
  /** Given: this one is changed; else a new one is made. */
  place?: Place;
  parent?: number | undefined;
  /** What a new one begins with. */
  initial?: Partial<PlaceFields>;
  /** What comes after a new one; else its page is opened. */
  onCreated?: (id: number) => void;
}

export function PlaceForm({ opened, ...props }: PlaceFormProps) {
  const title = props.place === undefined ? 'New place' : `Change ${props.place.name}`;
  return (
    <Modal opened={opened} onClose={props.close} title={title}>
      <Form {...props} />
    </Modal>
  );
}

function Form({ close, place, parent, initial, onCreated }: Omit<PlaceFormProps, 'opened'>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const types = useQuery(placeTypesQuery).data?.objects ?? [];
  const [given, setGiven] = useState<Partial<PlaceFields>>(
    place === undefined ? { parent_location_id: parent ?? null, aliases: [], ...initial } : fieldsOf(place),
  );
  const set = (change: Partial<PlaceFields>) => setGiven((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: () => (place === undefined ? createPlace(given as PlaceFields) : changePlace(place.id, given)),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['places'] });
      close();
      if (onCreated !== undefined) return onCreated(saved.id);
      await navigate({ to: `/places/${saved.id}` as never });
      const undo = async () => {
        await changePlace(saved.id, fieldsOf(place!));
        await queries.invalidateQueries({ queryKey: ['places'] });
      };
      toastDone(`${saved.name} is saved.`, place === undefined ? undefined : undo);
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = (field: keyof PlaceFields) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <TextInput
          label="Name"
          required
          data-autofocus
          value={given.name ?? ''}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={error('name')}
        />
        <Group grow align="flex-start">
          <TextInput
            label="Code"
            required
            value={given.location_code ?? ''}
            onChange={(event) => set({ location_code: event.currentTarget.value })}
            error={error('location_code')}
          />
          <Select
            label="Type"
            required
            allowDeselect={false}
            data={types.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={given.location_type_id === undefined ? null : String(given.location_type_id)}
            onChange={(next) => next !== null && set({ location_type_id: Number(next) })}
            error={error('location_type_id')}
            nothingFoundMessage="No types yet: a CSV import makes them"
          />
        </Group>
        <PlacePicker
          label="Lies in"
          description="Moving a place moves everything below it; totals of both sides follow."
          clearable
          value={given.parent_location_id ?? undefined}
          onChange={(next) => set({ parent_location_id: next ?? null })}
          error={error('parent_location_id')}
        />
        <Group grow>
          <Degrees label="Latitude" value={given.latitude} max={90} onChange={(latitude) => set({ latitude })} />
          <Degrees label="Longitude" value={given.longitude} max={180} onChange={(longitude) => set({ longitude })} />
        </Group>
        <TagsInput
          label="Also called in files"
          description="Enter after each name."
          value={given.aliases ?? []}
          onChange={(aliases) => set({ aliases })}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save place
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface DegreesProps {
  label: string;
  value: number | null | undefined;
  max: number;
  onChange: (value: number | null) => void;
}

function Degrees({ label, value, max, onChange }: DegreesProps) {
  return (
    <NumberInput
      label={label}
      min={-max}
      max={max}
      hideControls
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  );
}

function fieldsOf(place: Place): PlaceFields {
  const { name, location_code, location_type_id, parent_location_id, latitude, longitude, aliases } = place;
  return { name, location_code, location_type_id, parent_location_id, latitude, longitude, aliases };
}
