import { Input, SegmentedControl } from '@mantine/core';

interface ChoiceProps {
  label: string;
  data: { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
}

/** One of a few, side by side under their label. */
export function Choice({ label, ...rest }: ChoiceProps) {
  return (
    <Input.Wrapper label={label} labelElement="div">
      <div>
        <SegmentedControl aria-label={label} {...rest} />
      </div>
    </Input.Wrapper>
  );
}
