"""Shows the settings of this deployment: the meaning and the value of each; secrets are hidden."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import SecretStr
from sqlalchemy import make_url

from api.context import Administrator, App, page
from records.settings import Settings

router = APIRouter(prefix="/admin/settings", include_in_schema=False)

# The meaning of each setting, for people.
TITLES = {
    "database_url": "数据库",
    "evidence_dir": "证据库文件夹",
    "evidence_url": "证据库存储桶",
    "evidence_endpoint": "证据库存储服务地址（S3 接口）",
    "evidence_region": "证据库存储桶所在区域",
    "evidence_key": "证据库存储桶的访问密钥编号",
    "evidence_secret": "证据库存储桶的访问密钥",
    "lists_dir": "关键词表文件夹",
    "lists_kept_dir": "关键词表各生效版本的文件夹",
    "allow_networks": "允许抓取的内部网段",
    "webhook_networks": "允许推送的内部网段",
    "chromium": "浏览器程序",
    "browsers_url": "浏览器池",
    "nameserver": "用于确认域名是否注销的 DNS 服务器",
    "user_agent": "抓取时的自我介绍（User-Agent）",
    "download_seconds": "一次下载的最长时间（秒）",
    "page_seconds": "一个网页全部步骤合计的最长时间（秒）",
    "stamp_url": "时间戳服务（RFC 3161）",
    "visitor_address": "核对伪装时访客所称的本地 IP 地址",
    "crawl_every_minutes": "检查到期巡查的间隔（分钟）",
    "recheck_every_minutes": "检查到期核验的间隔（分钟）",
    "tips_every_minutes": "检查待查线索的间隔（分钟）",
    "webhooks_every_seconds": "检查待发推送的间隔（秒）",
    "heads_dir": "每日记下日志链和取证链链尾的文件夹",
    "steps_dir": "定时任务输出的文件夹",
    "metrics_token": "读取 /metrics 的令牌",
    "viewer_dir": "证据回放器文件夹",
    "capture_place": "取证地点（写入取证记录）",
    "capture_network": "取证网络（写入取证记录）",
    "quality_pages_a_week": "每周抽检的未命中页面数",
    "quality_decisions_a_week": "每周复判的研判数",
    "recheck_after_hours": "处置反馈到核验的时间（小时）",
    "claim_minutes": "案件无操作后自动放回队列的时间（分钟）",
    "recall_seconds": "转送后可撤回的时间（秒）",
    "confirm_transfers": "只建议一个部门时，认定违法即转送",
    "two_person": "认定违法须由另一人批准",
    "public_self_check": "机构自查不须登录",
    "public_lookup": "公众查询页（/public）",
    "public_url": "公众访问本系统的网址（写入二维码）",
    "public_lookups_per_minute": "公众查询：每个地址每分钟最多次数",
    "commission_name": "移送函的出函单位",
    "letter_code": "移送函的机关代字",
    "letter_contact": "移送函的联系人和电话",
    "boundaries_file": "辖区边界文件（GeoJSON）",
    "scoring_year_begins": "记分年度的第一天（月-日）",
    "answer_within_days": "部门答复期限（天）",
    "api_calls_per_minute": "每个令牌每分钟最多调用次数",
    "session_hours": "登录有效时间（小时）",
    "oidc_issuer": "统一身份认证地址",
    "oidc_client_id": "统一身份认证的客户端编号",
    "oidc_client_secret": "统一身份认证的客户端密钥",
    "oidc_claim": "统一身份认证中登录名所在的声明",
    "queue": "工作队列（postgresql 时由各机器的 qingyi worker 执行）",
    "ray": "试运行和重新研判所用的 Ray 集群",
    "worker_silent_seconds": "工作进程多久无声响即由他人接手（秒）",
    "second_factor": "动态码（off 不用，offered 自愿，required 必须）",
    "secure_cookies": "Cookie 仅经 HTTPS 发送",
    "traces_url": "接收运行轨迹的地址（OTLP）",
    "log_format": "日志格式（plain 文本，json 每行一个对象）",
}


@dataclass(frozen=True)
class ShownSetting:
    """A setting as the page shows it."""

    name: str
    title: str
    value: str
    is_set: bool


@router.get("")
def show(request: Request, app: App, sign_in: Administrator) -> HTMLResponse:
    """All settings, those that were set first."""
    shown = sorted(shown_settings(app.settings), key=lambda one: not one.is_set)
    return page(request, "settings.html", sign_in=sign_in, settings=shown)


def shown_settings(settings: Settings) -> list[ShownSetting]:
    """Each setting with its value in words; a secret only by whether it is set."""
    return [
        ShownSetting(
            name, TITLES.get(name, name), _shown(getattr(settings, name)), name in settings.model_fields_set
        )
        for name in Settings.model_fields
    ]


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "已设置（不显示）" if value.get_secret_value() else "未设置"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(map(str, value)) or "无"
    text = "" if value is None else str(value)
    if "://" in text and "@" in text:
        return make_url(text).render_as_string(hide_password=True)
    return text or "未设置"
