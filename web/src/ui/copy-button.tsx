import { Button, type ButtonProps } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import { toastProblem } from './toast.tsx';

interface CopyProps extends ButtonProps {
  text: string;
  label?: string;
  'aria-label'?: string;
}

export function CopyButton({ text, label = 'Copy', ...props }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  const { start } = useTimeout(() => setCopied(false), 2000);
  const onClick = () =>
    copy(text).then(() => {
      setCopied(true);
      start();
    }, toastProblem);
  return (
    <Button {...props} onClick={() => void onClick()}>
      {isCopied ? 'Copied' : label}
    </Button>
  );
}

/** The clipboard is there over https and on localhost only; elsewhere the browser copies what is selected. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text);
  const selected = document.activeElement as HTMLElement | null;
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  selected?.focus();
  if (!isDone) throw new Error('The browser does not let this page copy. Select the text and copy it yourself.');
}
