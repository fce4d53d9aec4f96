import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface Target {
  to: string;
  search?: Record<string, string>;
  children: ReactNode;
}

/** Addresses are plain strings here: they are the API's ids under fixed words, and the router's types add nothing. */
export function TextLink({ to, search, children, ...props }: Target & AnchorProps) {
  return (
    <Anchor {...props} renderRoot={(root) => <Link to={to} {...(search === undefined ? {} : { search })} {...root} />}>
      {children}
    </Anchor>
  );
}

export function ButtonLink({ to, search, children, ...props }: Target & ButtonProps) {
  return (
    <Button {...props} renderRoot={(root) => <Link to={to} {...(search === undefined ? {} : { search })} {...root} />}>
      {children}
    </Button>
  );
}
