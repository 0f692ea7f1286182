import { startPage } from "../shared/page";
import { keepDeskOnDrop } from "./dropped_files";
import { keepFocus } from "./focus_keeper";
import { leaveWithOthers } from "./leaving";
import { Page } from "./page";
import { eraseOldDrafts } from "./report/draft";
import { LOADERS } from "./text";

eraseOldDrafts();
keepDeskOnDrop();
keepFocus();
leaveWithOthers();
void startPage(LOADERS, Page);
