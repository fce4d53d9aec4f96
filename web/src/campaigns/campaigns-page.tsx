import { Button, Group, Modal, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarEvent, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type Campaign,
  type CampaignFields,
  type CampaignType,
  campaignsQuery,
  campaignTypesQuery,
  changeCampaign,
  createCampaign,
  createCampaignType,
  deleteCampaign,
} from '../api/campaigns.ts';
import { fieldError } from '../api/problem.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Failure } from '../ui/failure.tsx';
import { day } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';

export function CampaignsPage() {
  const isAdmin = useIsAdmin();
  const campaigns = useQuery(campaignsQuery);
  const types = useQuery(campaignTypesQuery).data?.objects ?? [];
  const [creating, { open, close }] = useDisclosure();
  const create = isAdmin ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      New campaign
    </Button>
  ) : undefined;
  return (
    <Page title="Campaigns" about="Named periods in which numbers are collected." actions={create}>
      <Loaded query={campaigns}>
        {({ objects }) =>
          objects.length === 0 ? (
            <Nothing icon={IconCalendarEvent} title="No campaign yet" action={create}>
              A campaign is a round of collecting: it has a type, a first day and a last day. Values of indicators
              belong to one.
            </Nothing>
          ) : (
            <Stack>
              {types.map((type) => (
                <OfType
                  key={type.id}
                  type={type}
                  campaigns={objects.filter((one) => one.campaign_type_id === type.id)}
                  isAdmin={isAdmin}
                />
              ))}
            </Stack>
          )
        }
      </Loaded>
      <CampaignForm opened={creating} close={close} types={types} />
    </Page>
  );
}

function OfType({ type, campaigns, isAdmin }: { type: CampaignType; campaigns: Campaign[]; isAdmin: boolean }) {
  if (campaigns.length === 0) return null;
  return (
    <section aria-label={type.name}>
      <Title order={2} mb={6}>
        {type.name}
      </Title>
      <div className="panel scroll-x">
        <Table miw={460}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Campaign</Table.Th>
              <Table.Th>From</Table.Th>
              <Table.Th>To</Table.Th>
              <Table.Th aria-label="Actions" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} type={type} isAdmin={isAdmin} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function CampaignRow({ campaign, type, isAdmin }: { campaign: Campaign; type: CampaignType; isAdmin: boolean }) {
  const [changing, change] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const queries = useQueryClient();
  const erase = useMutation({
    mutationFn: () => deleteCampaign(campaign.id),
    onError: toastProblem,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      toastDone(`${campaign.name} is deleted.`);
    },
    onSettled: remove.close,
  });
  return (
    <Table.Tr>
      <Table.Td fw={540}>{campaign.name}</Table.Td>
      <Table.Td>{day(campaign.start_date)}</Table.Td>
      <Table.Td>{day(campaign.end_date)}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <ButtonLink to="/entry" search={{ campaign: String(campaign.id) }} size="compact-sm" variant="subtle">
            Enter values
          </ButtonLink>
          {isAdmin && (
            <>
              <Button size="compact-sm" variant="subtle" color="gray" onClick={change.open}>
                Change<span className="visually-hidden">{` ${campaign.name}`}</span>
              </Button>
              <Button size="compact-sm" variant="subtle" color="red" onClick={remove.open}>
                Delete<span className="visually-hidden">{` ${campaign.name}`}</span>
              </Button>
            </>
          )}
        </Group>
        <CampaignForm opened={changing} close={change.close} types={[type]} campaign={campaign} />
        <Confirm
          opened={deleting}
          close={remove.close}
          title={`Delete ${campaign.name}?`}
          action="Delete the campaign"
          danger
          loading={erase.isPending}
          onConfirm={() => erase.mutate()}
        >
          A campaign that has values is not deleted; the answer says what is in the way.
        </Confirm>
      </Table.Td>
    </Table.Tr>
  );
}

interface FormProps {
  close: () => void;
  types: CampaignType[];
  campaign?: Campaign;
}

function CampaignForm({ opened, ...props }: FormProps & { opened: boolean }) {
  const title = props.campaign === undefined ? 'New campaign' : `Change ${props.campaign.name}`;
  return (
    <Modal opened={opened} onClose={props.close} title={title}>
      <Form {...props} />
    </Modal>
  );
}

const another = 'new';

function Form({ close, types, campaign }: FormProps) {
  const queries = useQueryClient();
  const [type, setType] = useState(String(campaign?.campaign_type_id ?? types[0]?.id ?? another));
  const save = useMutation({
    mutationFn: async ({
      fields,
      typeName,
    }: {
      fields: Omit<CampaignFields, 'campaign_type_id'>;
      typeName: string;
    }) => {
      const campaign_type_id = type === another ? (await createCampaignType(typeName)).id : Number(type);
      // Whatever becomes of the campaign, the type is there now.
      setType(String(campaign_type_id));
      const body = { ...fields, campaign_type_id };
      return campaign === undefined ? await createCampaign(body) : await changeCampaign(campaign.id, body);
    },
    onSuccess: (saved) => {
      toastDone(`${saved.name} is saved.`);
      close();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['campaigns'] }),
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    save.mutate({
      fields: { name: text('name'), start_date: text('start_date'), end_date: text('end_date') },
      typeName: text('type_name'),
    });
  };
  const error = (field: string) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <TextInput
          label="Name"
          name="name"
          required
          data-autofocus
          defaultValue={campaign?.name ?? ''}
          error={error('name')}
        />
        <Select
          label="Type"
          allowDeselect={false}
          data={[
            ...types.map(({ id, name }) => ({ value: String(id), label: name })),
            { value: another, label: 'A new type …' },
          ]}
          value={type}
          onChange={(next) => next !== null && setType(next)}
        />
        {type === another && <TextInput label="Name of the type" name="type_name" required />}
        <Group grow>
          <TextInput
            label="First day"
            name="start_date"
            type="date"
            required
            defaultValue={campaign?.start_date ?? ''}
            error={error('start_date')}
          />
          <TextInput
            label="Last day"
            name="end_date"
            type="date"
            required
            defaultValue={campaign?.end_date ?? ''}
            error={error('end_date')}
          />
        </Group>
        {campaign === undefined && (
          <Text c="dimmed" fz="xs">
            Of one type, no two campaigns begin on the same day.
          </Text>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save campaign
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
