import { startPage } from "../shared/page";
import { Page } from "./page";
import { LOADERS } from "./text";

void startPage(LOADERS, Page);
