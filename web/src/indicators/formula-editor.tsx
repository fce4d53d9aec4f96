import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import {
  addComponent,
  type Component,
  componentsQuery,
  type Indicator,
  type Role,
  removeComponent,
} from '../api/indicators.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { IndicatorPicker } from '../ui/indicator-picker.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { formulaText, roleWords } from './formula-text.ts';

const shapes = {
  sum: { label: 'Sum', roles: ['PART_TO_BE_SUMMED'], about: 'Adds its parts; parts without a value are left out.' },
  ratio: {
    label: 'Ratio',
    roles: ['NUMERATOR', 'DENOMINATOR'],
    about: 'Numerator ÷ denominator, of the totals at each place, never a mean of ratios.',
  },
  difference: {
    label: 'Difference',
    roles: ['WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE'],
    about: '(whole − part) ÷ whole: the share that is missing.',
  },
  dates: {
    label: 'Days',
    roles: ['latest_date', 'district_count'],
    about: 'From what is collected per day: its newest day, or how many places have one.',
  },
} satisfies Record<string, { label: string; roles: Role[]; about: string }>;
type ShapeName = keyof typeof shapes;

/** What the indicator is calculated from. Each change is saved at once; what the server refuses is said beside it. */
export function FormulaEditor({ indicator, isAdmin }: { indicator: Indicator; isAdmin: boolean }) {
  const components = useQuery(componentsQuery([indicator.id]));
  return (
    <Section title="Formula" about="A value that is stored goes before one that is calculated.">
      <Loaded query={components}>
        {(found) => (
          <Stack gap="sm">
            {found.length > 0 ? (
              <div className="formula" role="status">
                <Text span c="dimmed">
                  {indicator.short_name} ={' '}
                </Text>
                {formulaText(found)}
              </div>
            ) : (
              <Text c="dimmed" fz="sm">
                Not calculated: its values are entered or come from files.
              </Text>
            )}
            {isAdmin && <Editor indicator={indicator} components={found} />}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

function Editor({ indicator, components }: { indicator: Indicator; components: Component[] }) {
  const isUsed = (name: ShapeName) =>
    components.some((one) => (shapes[name].roles as Role[]).includes(one.calculation));
  const names = (Object.keys(shapes) as ShapeName[]).filter(
    (name) => name !== 'dates' || indicator.resource_name === 'date',
  );
  const [shown, setShown] = useState<ShapeName>(names.find(isUsed) ?? 'sum');
  return (
    <>
      <SegmentedControl
        aria-label="Kind of formula"
        value={shown}
        onChange={(next) => setShown(next as ShapeName)}
        data={names.map((name) => ({ value: name, label: shapes[name].label }))}
        style={{ alignSelf: 'flex-start' }}
      />
      <Text c="dimmed" fz="sm">
        {shapes[shown].about}
      </Text>
      <Group align="flex-start" gap="lg">
        {shapes[shown].roles.map((role) => (
          <RoleList
            key={role}
            role={role}
            indicator={indicator}
            components={components.filter((one) => one.calculation === role)}
          />
        ))}
      </Group>
    </>
  );
}

function RoleList({ role, indicator, components }: { role: Role; indicator: Indicator; components: Component[] }) {
  const queries = useQueryClient();
  const parts = useRef<HTMLDivElement>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['indicators'] });
  const body = (component: number) => ({
    indicator_id: indicator.id,
    indicator_component_id: component,
    calculation: role,
  });
  const add = useMutation({ mutationFn: (component: number) => addComponent(body(component)), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: (one: Component) => removeComponent(one.id),
    onError: toastProblem,
    onSuccess: async (_, one) => {
      await refresh();
      toastDone(`${one.indicator_component__short_name} is out of the formula.`, async () => {
        await addComponent(body(one.indicator_component_id));
        await refresh();
      });
    },
  });
  return (
    <Stack gap={6} flex="1 1 240px" maw={420}>
      <IndicatorPicker
        label={roleWords[role]}
        placeholder="Add an indicator"
        kind={indicator.resource_name}
        without={components.map((one) => one.indicator_component_id)}
        value={undefined}
        onChange={(id) => add.mutate(id)}
      />
      <Group gap={6} ref={parts} tabIndex={-1} role="group" aria-label={`In the formula as: ${roleWords[role]}`}>
        {components.map((one) => (
          <Button
            key={one.id}
            size="compact-sm"
            variant="default"
            rightSection={<IconX size={14} aria-hidden />}
            onClick={() => {
              // The button goes with its part; the keyboard goes on from where it was.
              parts.current?.focus();
              remove.mutate(one);
            }}
          >
            <span className="visually-hidden">Remove </span>
            {one.indicator_component__short_name}
          </Button>
        ))}
      </Group>
      {add.error !== null && (
        <>
          <Failure error={add.error} />
          <Button size="compact-sm" variant="subtle" color="gray" onClick={add.reset}>
            Understood
          </Button>
        </>
      )}
    </Stack>
  );
}
