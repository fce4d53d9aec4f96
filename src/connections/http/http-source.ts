export interface HttpConfig {
  url: string;
  auth: 'none' | 'basic' | 'bearer' | 'header' | 'query';
  username?: string;
  /** Of the header or the parameter that carries the key. */
  auth_name?: string;
  headers?: Record<string, string>;
  password?: string;
  token?: string;
}

export interface HttpSource {
  path?: string;
  method?: 'GET' | 'POST';
  parameters?: Record<string, string | number | boolean>;
  body?: unknown;
  format?: 'json' | 'ndjson' | 'csv';
  delimiter?: string;
  /** Where the records are in the answer; default: the answer, or its only array. */
  records?: string;
  pages?: Pages;
  cursor?: { parameter: string; field: string; initial?: string | number; overlap?: number };
}

export interface Pages {
  by: 'link' | 'offset' | 'page' | 'cursor';
  /** Parameter that says which page; of links there is none. */
  parameter?: string;
  size?: number;
  size_parameter?: string;
  /** Number of the first page, default 1. */
  start?: number;
  /** Where the next link or cursor stands in the answer; default for links: the header Link. */
  next?: string;
}
