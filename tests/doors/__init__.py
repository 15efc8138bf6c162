"""Bad and hostile input at the doors: the screen, the command line, imports, calendars, signals.

Where each row is tested (H = test_hostile_text, F = test_hostile_files, M = test_more_doors, all here;
S = tests/screens/test_hostile):

- escapes, markup, injections, hidden and foreign letters: S.test_no_screen_obeys_what_was_typed;
  H.test_command_line, H.test_command_line_argument; imports H.test_import, M.test_staff_list_...,
  M.test_event_export_..., test_signal_lines; calendars tests/calendars/test_feed; papers tests/papers/test_rendering.
- formulas: H.test_export_opens_as_text_and_comes_back, F.test_import_of_formulas_takes_values_only.
- a newline with ATTENDEE in a title: tests/calendars/test_feed.
- names of files: H.test_file_name, tests/domain/test_text.
- CSV: F.test_import_of_csv, ..._of_a_gigabyte_..., test_nothing_is_half_imported.
- workbooks: F.test_import_of_formulas_..., ..._merged_cells_..., ..._zip_bomb_...;
  M.test_import_of_a_workbook_with_macros_takes_values_only.
- calendars read: F.test_a_strange_calendar_..., F.test_import_of_a_strange_calendar_...;
  S.test_a_strange_calendar_is_refused_on_the_screen; somebody's own in test_planner_lines.
- data files: F.test_a_data_file_names_file_key_value_and_range.
- addresses with a password: F.test_a_password_in_an_address_never_shows,
  F.test_a_password_is_taken_off_the_line_of_the_program.
- numbers: S.test_impossible_numbers_...; F.test_command_line_number, F.test_command_line_option;
  M.test_import_of_a_day_or_number, M.test_an_impossible_number_is_refused_with_the_range.
- days: S.test_impossible_moments_...; F.test_command_line_day, F.test_command_line_week;
  M.test_import_of_a_day_or_number.
- people in a signal: tests/stories/test_41_officer (typed and pasted), F.test_a_signal_about_a_person_...,
  M.test_nothing_about_a_person_gets_in; by command and by list test_signal_lines.

What storage must stand (a full disk, a held or damaged file, a closed terminal): test_faults,
test_hang_up, and tests/store.
"""
