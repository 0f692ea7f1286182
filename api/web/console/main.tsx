import { startPage } from "../shared/page";
import { keepDeskOnDrop } from "./dropped_files";
import { Page } from "./page";
import { eraseOldDrafts } from "./report/draft";
import { LOADERS } from "./text";

eraseOldDrafts();
keepDeskOnDrop();
void startPage(LOADERS, Page);
