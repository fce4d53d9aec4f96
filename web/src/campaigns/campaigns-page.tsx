import { Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarEvent, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type Campaign,
  type CampaignType,
  campaignsQuery,
  campaignTypesQuery,
  deleteCampaign,
} from '../api/campaigns.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Confirm } from '../ui/confirm.tsx';
import { day } from '../ui/format.ts';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { useIsAdmin } from '../ui/use-is-admin.ts';
import { useMay } from '../ui/use-may.ts';
import { CampaignForm } from './campaign-form.tsx';

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
                  types={types}
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

interface OfTypeProps {
  type: CampaignType;
  /** All there are: a campaign may be moved to another one. */
  types: CampaignType[];
  campaigns: Campaign[];
  isAdmin: boolean;
}

function OfType({ type, types, campaigns, isAdmin }: OfTypeProps) {
  if (campaigns.length === 0) return null;
  return (
    <section aria-label={type.name}>
      <Title order={2} mb={6}>
        {type.name}
      </Title>
      <div className="panel scroll-x">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Campaign</Table.Th>
              <Table.Th visibleFrom="sm">From</Table.Th>
              <Table.Th visibleFrom="sm">To</Table.Th>
              <Table.Th>
                <span className="visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} types={types} isAdmin={isAdmin} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

interface CampaignRowProps {
  campaign: Campaign;
  types: CampaignType[];
  isAdmin: boolean;
}

function CampaignRow({ campaign, types, isAdmin }: CampaignRowProps) {
  const may = useMay();
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
      <Table.Td fw={540}>
        {campaign.name}
        <Text hiddenFrom="sm" c="dimmed" fz="xs">
          <span style={{ whiteSpace: 'nowrap' }}>{day(campaign.start_date)} –</span>{' '}
          <span style={{ whiteSpace: 'nowrap' }}>{day(campaign.end_date)}</span>
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{day(campaign.start_date)}</Table.Td>
      <Table.Td visibleFrom="sm">{day(campaign.end_date)}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end">
          <ButtonLink to="/entry" search={{ campaign: String(campaign.id) }} size="compact-sm" variant="subtle">
            {may.capture ? 'Enter values' : 'See values'}
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
        <CampaignForm opened={changing} close={change.close} types={types} campaign={campaign} />
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
