-- Of a column of days: the order of day, month and year its texts were found to have, where none is declared.
alter table document_column add date_order text;
