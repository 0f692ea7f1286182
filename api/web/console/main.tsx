import { startPage } from "../shared/page";
import { keepDeskOnDrop } from "./dropped_files";
import { leaveWithOthers } from "./leaving";
import { Page } from "./page";
import { eraseOldDrafts } from "./report/draft";
import { LOADERS } from "./text";

eraseOldDrafts();
keepDeskOnDrop();
leaveWithOthers();
void startPage(LOADERS, Page, ".rows");
